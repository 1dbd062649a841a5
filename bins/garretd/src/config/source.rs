//! Which configuration is read.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::{ConfigError, Env};

/// Where the configuration comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A TOML file.
    File(PathBuf),
    /// Base64 of TOML in this environment variable.
    Variable(&'static str, String),
    /// `-f` named a database: everything else is default, the rest beside it.
    Database(PathBuf),
    /// Nothing was said: everything in this folder.
    Nothing(PathBuf),
}

/// Variables that hold a whole configuration, base64.
pub(crate) const CONFIG_VARIABLES: [&str; 2] =
    ["GARRET_CONFIG_BASE64", "ATTIC_SERVER_CONFIG_BASE64"];

/// Read when nothing else was said.
pub(crate) const SYSTEM_FILE: &str = "/etc/garret/garretd.toml";

/// Chooses: the argument `-f`, `GARRET_CONFIG`, a variable with base64,
/// `data` as an argument, Attic's own file where the program goes by that name,
/// the system's file, nothing.
pub(crate) fn locate(
    file: Option<&Path>,
    data: Option<&Path>,
    env: &Env,
    is_root: bool,
) -> Result<Source, ConfigError> {
    let named = file
        .map(Path::to_owned)
        .or_else(|| env.get("GARRET_CONFIG").map(PathBuf::from));
    if let Some(path) = named {
        let database = is_database(&path);
        return Ok(if database {
            Source::Database(path)
        } else {
            Source::File(path)
        });
    }
    for name in CONFIG_VARIABLES {
        if let Some(text) = env.get(name) {
            return Ok(Source::Variable(name, text));
        }
    }
    if let Some(data) = data {
        return Ok(Source::Nothing(data.to_owned()));
    }
    if let Some(path) = attic_file(env) {
        return Ok(Source::File(path));
    }
    if Path::new(SYSTEM_FILE).exists() {
        return Ok(Source::File(PathBuf::from(SYSTEM_FILE)));
    }
    default_data(env, is_root).map(Source::Nothing)
}

/// The file that an `atticd` reads unasked, where the program goes by that name.
fn attic_file(env: &Env) -> Option<PathBuf> {
    let config = env.get("XDG_CONFIG_HOME").map(PathBuf::from);
    let config = config.or_else(|| Some(Path::new(&env.get("HOME")?).join(".config")))?;
    let path = config.join("attic/server.toml");
    (env.is_attic() && path.exists()).then_some(path)
}

/// Folder of a server without configuration.
fn default_data(env: &Env, is_root: bool) -> Result<PathBuf, ConfigError> {
    if let Some(data) = env.get("GARRET_DATA_DIR") {
        return Ok(PathBuf::from(data));
    }
    if is_root {
        return Ok(PathBuf::from("/var/lib/garret"));
    }
    let share = env.get("XDG_DATA_HOME").map(PathBuf::from);
    let share = share.or_else(|| {
        env.get("HOME")
            .map(|home| Path::new(&home).join(".local/share"))
    });
    share.map(|share| share.join("garret")).ok_or_else(|| {
        ConfigError::one(
            "no folder to keep data in: neither XDG_DATA_HOME nor HOME is set\n\
             hint: give one with --data-dir DIR",
        )
    })
}

/// Attic's users write `-f /var/lib/atticd/server.db`.
fn is_database(path: &Path) -> bool {
    let mut head = [0; 16];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut head));
    match read {
        Ok(()) => &head == b"SQLite format 3\0",
        Err(_) => {
            let empty = std::fs::metadata(path).map_or(true, |meta| meta.len() == 0);
            let extension = path.extension().and_then(|extension| extension.to_str());
            empty && matches!(extension, Some("db" | "sqlite" | "sqlite3"))
        }
    }
}

impl Source {
    /// The TOML text.
    pub(crate) fn text(&self) -> Result<String, ConfigError> {
        match self {
            Self::File(path) => std::fs::read_to_string(path).map_err(|error| {
                ConfigError::one(format!("cannot read {}: {error}", path.display()))
            }),
            Self::Variable(name, text) => {
                use base64::Engine as _;
                let bytes = base64::engine::general_purpose::STANDARD
                    .decode(text.trim())
                    .ok();
                bytes
                    .and_then(|bytes| String::from_utf8(bytes).ok())
                    .ok_or_else(|| {
                        ConfigError::one(format!(
                            "environment variable {name} is not base64 of a text"
                        ))
                    })
            }
            Self::Database(_) | Self::Nothing(_) => Ok(String::new()),
        }
    }

    /// Name of the source in messages.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::File(path) | Self::Database(path) => path.display().to_string(),
            Self::Variable(name, _) => (*name).to_owned(),
            Self::Nothing(_) => "defaults".to_owned(),
        }
    }

    /// Puts the source's name before each message.
    pub(crate) fn errors(&self, errors: Vec<String>) -> ConfigError {
        let name = self.name();
        ConfigError(
            errors
                .into_iter()
                .map(|error| format!("{name}: {error}"))
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(file: Option<&str>, env: &[(&str, &str)], root: bool) -> Source {
        locate(file.map(Path::new), None, &Env::with(env), root).expect("a source")
    }

    #[test]
    fn the_argument_comes_first_and_a_database_is_known_by_its_name() {
        let env = [
            ("GARRET_CONFIG_BASE64", "x"),
            ("GARRET_CONFIG", "/no/such.toml"),
        ];
        assert_eq!(
            found(Some("/no/x.toml"), &env, true),
            Source::File("/no/x.toml".into())
        );
        assert_eq!(
            found(Some("/no/x.db"), &env, true),
            Source::Database("/no/x.db".into())
        );
        assert_eq!(
            found(None, &env, true),
            Source::File("/no/such.toml".into())
        );
        assert!(matches!(found(None, &env[..1], true), Source::Variable(..)));
    }

    #[test]
    fn attics_own_file_is_read_under_its_name_alone() {
        let home = tempfile::tempdir().expect("folder");
        let file = home.path().join(".config/attic/server.toml");
        std::fs::create_dir_all(file.parent().expect("folder")).expect("made");
        std::fs::write(&file, "").expect("written");
        let mut env = Env::with(&[("HOME", home.path().to_str().expect("text"))]);
        let find = |env: &Env| locate(None, None, env, true).expect("a source");
        assert_ne!(find(&env), Source::File(file.clone()));
        env.call_attic();
        assert_eq!(find(&env), Source::File(file));
    }

    #[test]
    fn a_database_is_known_by_its_first_bytes() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("server.toml");
        std::fs::write(&path, b"SQLite format 3\0 and more").expect("write");
        assert!(is_database(&path));
        std::fs::write(&path, b"listen = '[::]:8080'\n").expect("write");
        assert!(!is_database(&path));
    }

    #[test]
    fn without_anything_the_folder_depends_on_who_runs_it() {
        let home = [("HOME", "/home/u")];
        let xdg = [("HOME", "/home/u"), ("XDG_DATA_HOME", "/data")];
        if !Path::new(SYSTEM_FILE).exists() {
            assert_eq!(
                found(None, &home, true),
                Source::Nothing("/var/lib/garret".into())
            );
            assert_eq!(
                found(None, &home, false),
                Source::Nothing("/home/u/.local/share/garret".into())
            );
            assert_eq!(
                found(None, &xdg, false),
                Source::Nothing("/data/garret".into())
            );
            assert!(locate(None, None, &Env::default(), false).is_err());
        }
    }
}
