//! Garret's own configuration: the servers one is logged in to, and what `use` has written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use cache_api::CacheName;

use crate::api::Origin;
use crate::env::Secret;
use crate::error::{CliError, ErrorKind, Result, io_error};
use crate::files;

/// The configuration file, `$XDG_CONFIG_HOME/garret/config.toml` (mode 0600).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// The server that is meant where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_server: Option<String>,
    /// The servers by their local names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub servers: BTreeMap<String, Server>,
    /// What `garret use` wrote, by the substituter's URL, so that it can be taken back.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub used: BTreeMap<String, Used>,
}

/// One server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Server {
    /// The URL as it was typed.
    #[serde(alias = "endpoint")]
    pub url: Origin,
    /// The token, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// A file that holds the token, read at each use; `token` wins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_file: Option<PathBuf>,
}

impl Server {
    /// The token of this server, read from its file where one is named.
    pub fn read_token(&self) -> Result<Option<Secret>> {
        match (&self.token, &self.token_file) {
            (Some(token), _) => Ok(Some(token.clone())),
            (None, Some(file)) => {
                let text = std::fs::read_to_string(file)
                    .map_err(|error| io_error("read the token in", file, error))?;
                Ok(Some(Secret::new(&text)))
            }
            (None, None) => Ok(None),
        }
    }
}

/// What one `garret use` wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Used {
    /// The public keys that were made trusted.
    pub keys: Vec<String>,
    /// The netrc file that got the token, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub netrc: Option<PathBuf>,
    /// Whether nix.conf was made to name that file.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub named_netrc: bool,
}

/// A cache on a server, as `CACHE` or `SERVER:CACHE` names it.
#[derive(Debug, Clone)]
pub struct CacheRef {
    /// Local name of the server.
    pub server_name: String,
    /// The server.
    pub server: Server,
    /// The cache.
    pub cache: CacheName,
}

impl Config {
    /// Reads the file; no file is an empty configuration.
    pub fn load(path: &Path) -> Result<Config> {
        match files::read_optional(path)? {
            None => Ok(Config::default()),
            Some(text) => toml::from_str(&text).map_err(|error| {
                // The parser's own text would quote the line, and the line may be the token's.
                let line = error
                    .span()
                    .map_or(1, |span| text[..span.start].lines().count().max(1));
                CliError::new(
                    ErrorKind::Config,
                    format!(
                        "{} is not a valid configuration, line {line}",
                        path.display()
                    ),
                )
                .because(error.message().to_owned())
                .hint("mend the file, or remove it and log in again")
            }),
        }
    }

    /// Writes the file, mode 0600.
    pub fn save(&self, path: &Path) -> Result<()> {
        let text = toml::to_string(self).map_err(|error| {
            CliError::new(ErrorKind::Config, "cannot write the configuration as TOML")
                .because(error)
        })?;
        files::write_atomic(path, &text, 0o600, true)
    }

    /// The server of this name, or the default one.
    pub fn server(&self, name: Option<&str>) -> Result<(String, Server)> {
        let name = match name.or(self.default_server.as_deref()) {
            Some(name) => name,
            None if self.servers.len() == 1 => {
                self.servers.keys().next().map_or("", String::as_str)
            }
            None if self.servers.is_empty() => {
                return Err(
                    CliError::new(ErrorKind::Config, "not logged in to any server")
                        .hint("garret login NAME URL TOKEN"),
                );
            }
            None => {
                return Err(CliError::new(
                    ErrorKind::Config,
                    "several servers and none is the default",
                )
                .hint(format!(
                    "name one as SERVER:CACHE, one of: {}",
                    self.names()
                )));
            }
        };
        match self.servers.get(name) {
            Some(server) => Ok((name.to_owned(), server.clone())),
            None => {
                let login = format!("garret login {name} URL TOKEN");
                Err(
                    CliError::new(ErrorKind::Config, format!("no server named {name}")).hint(
                        if self.servers.is_empty() {
                            login
                        } else {
                            format!("logged in to: {}; for another: {login}", self.names())
                        },
                    ),
                )
            }
        }
    }

    /// What `CACHE` or `SERVER:CACHE` means.
    pub fn cache(&self, text: &str) -> Result<CacheRef> {
        let (server, cache) = match text.split_once(':') {
            Some((server, cache)) => (Some(server), cache),
            None => (None, text),
        };
        let cache = cache.parse::<CacheName>().map_err(|error| {
            CliError::new(ErrorKind::Usage, format!("{cache:?} is not a cache name"))
                .because(error)
                .hint("letters, digits, _ + -, at most 50; write SERVER:CACHE to name a server too")
        })?;
        let (server_name, server) = self.server(server)?;
        Ok(CacheRef {
            server_name,
            server,
            cache,
        })
    }

    fn names(&self) -> String {
        self.servers
            .keys()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn config(text: &str) -> Config {
        toml::from_str(text).expect("valid")
    }

    #[test]
    fn caches_are_found_on_the_server_that_is_meant() {
        let one = "[servers.a]\nurl = \"http://a:1/\"\n";
        let two = "[servers.a]\nendpoint = \"http://a:1\"\n[servers.b]\nurl = \"https://b\"\ntoken = \"t\"\n";
        let both = format!("default-server = \"b\"\n{two}");
        for (text, name, want) in [
            (one, "main", Ok("a")),
            (one, "a:main", Ok("a")),
            (one, "c:main", Err("no server named c")),
            (one, "bad name", Err("\"bad name\" is not a cache name")),
            (two, "main", Err("several servers and none is the default")),
            (two, "b:main", Ok("b")),
            (both.as_str(), "main", Ok("b")),
            ("", "main", Err("not logged in to any server")),
        ] {
            let got = config(text)
                .cache(name)
                .map(|found| found.server_name)
                .map_err(|error| error.to_string());
            assert_eq!(
                got.as_deref().map_err(String::as_str),
                want,
                "{name} in {text:?}"
            );
        }
    }

    #[test]
    fn the_file_survives_a_round_trip_private() {
        let dir = tempfile::tempdir().expect("folder");
        let path = dir.path().join("garret/config.toml");
        assert_eq!(Config::load(&path).expect("absent"), Config::default());
        let before =
            config("default-server = \"a\"\n[servers.a]\nurl = \"http://a/x/\"\ntoken = \"t\"\n");
        before.save(&path).expect("saved");
        assert_eq!(Config::load(&path).expect("read"), before);
        let mode = std::fs::metadata(&path).expect("file").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
    }

    #[test]
    fn a_wrong_file_is_named_without_quoting_the_token() {
        let dir = tempfile::tempdir().expect("folder");
        let path = dir.path().join("config.toml");
        std::fs::write(
            &path,
            "[servers.a]\nurl = \"http://a\"\ntoken = \"sesame\" x\n",
        )
        .expect("written");
        let error = Config::load(&path).expect_err("wrong");
        assert!(error.to_string().contains("line 3"), "{error}");
        assert!(!format!("{error:?}{}", error.one_line()).contains("sesame"));
    }

    #[test]
    fn a_token_file_is_read_at_use() {
        let dir = tempfile::tempdir().expect("folder");
        let file = dir.path().join("token");
        std::fs::write(&file, "abc\n").expect("written");
        let config = config(&format!(
            "[servers.a]\nurl = \"http://a\"\ntoken-file = {file:?}\n"
        ));
        let token = config.servers["a"].read_token().expect("read");
        assert_eq!(token.as_ref().map(Secret::expose), Some("abc"));
    }
}
