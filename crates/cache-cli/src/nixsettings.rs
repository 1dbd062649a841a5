//! What Nix itself is set to, read from the files it reads.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::env::Env;
use crate::error::Result;
use crate::files;
use crate::nixconf::{self, Line};

/// Files that include each other are followed this deep.
const MAX_INCLUDES: usize = 8;
/// Nix's own substituter.
const NIXOS_CACHE: &str = "https://cache.nixos.org/";
/// Nix's own trusted key.
const NIXOS_KEY: &str = "cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=";

/// Nix's settings, as far as substituters are concerned.
#[derive(Debug, Clone)]
pub struct NixSettings {
    /// The machine's nix.conf, includes in place.
    system: Vec<String>,
    /// The machine's, the user's and `$NIX_CONFIG`, in the order in which Nix applies them.
    all: Vec<String>,
    conf_dir: PathBuf,
}

impl NixSettings {
    /// Reads the files.
    ///
    /// # Errors
    /// When a file is there and cannot be read.
    pub fn load(env: &Env) -> Result<NixSettings> {
        let system = vec![read(&env.system_nix_conf(), 0)?];
        let mut all = system.clone();
        // The first of the user's files wins, so it is applied last.
        let user = match env.nix_user_conf_files.as_slice() {
            [] => vec![env.user_nix_conf()],
            files => files.iter().rev().cloned().collect(),
        };
        for file in user {
            all.push(read(&file, 0)?);
        }
        all.extend(env.nix_config.clone());
        Ok(NixSettings {
            system,
            all,
            conf_dir: env.nix_conf_dir.clone(),
        })
    }

    /// The substituters, in the order of the files (Nix sorts them by priority).
    pub fn substituters(&self) -> Vec<String> {
        nixconf::list_value(&self.all, "substituters", &[NIXOS_CACHE])
    }

    /// The public keys that are trusted.
    pub fn trusted_keys(&self) -> Vec<String> {
        nixconf::list_value(&self.all, "trusted-public-keys", &[NIXOS_KEY])
    }

    /// The netrc file that is read.
    pub fn netrc_file(&self) -> PathBuf {
        nixconf::text_value(&self.all, "netrc-file")
            .map_or_else(|| self.conf_dir.join("netrc"), PathBuf::from)
    }

    /// The netrc file that the machine's settings alone name.
    pub fn system_netrc_file(&self) -> PathBuf {
        nixconf::text_value(&self.system, "netrc-file")
            .map_or_else(|| self.conf_dir.join("netrc"), PathBuf::from)
    }

    /// For how many seconds Nix remembers that a cache does not have a path.
    pub fn negative_ttl(&self) -> u64 {
        let text = nixconf::text_value(&self.all, "narinfo-cache-negative-ttl");
        text.and_then(|text| text.parse().ok()).unwrap_or(3600)
    }

    /// Whether the daemon would take this substituter and these keys from this user.
    pub fn is_heard(
        &self,
        env: &Env,
        state_dir: &Path,
        substituter: &str,
        keys: &[String],
    ) -> bool {
        if env.is_root || owns_store(env, state_dir) || self.is_trusted_user(env) {
            return true;
        }
        let listed =
            |name: &str, default: &[&str]| nixconf::list_value(&self.system, name, default);
        let allowed = [
            listed("trusted-substituters", &[]),
            listed("substituters", &[NIXOS_CACHE]),
        ]
        .concat();
        let trusted = listed("trusted-public-keys", &[NIXOS_KEY]);
        allowed
            .iter()
            .any(|url| nixconf::same_url(url, substituter))
            && keys.iter().all(|key| trusted.contains(key))
    }

    fn is_trusted_user(&self, env: &Env) -> bool {
        let trusted = nixconf::list_value(&self.system, "trusted-users", &["root"]);
        trusted.iter().any(|name| match name.strip_prefix('@') {
            Some(group) => env.groups.iter().any(|own| own == group),
            None => name == "*" || env.user.as_ref() == Some(name),
        })
    }
}

/// Without a daemon the store belongs to its user, whose settings then count as they are.
fn owns_store(env: &Env, state_dir: &Path) -> bool {
    let owner = |path: &Path| std::fs::metadata(path).ok().map(|meta| meta.uid());
    let database = owner(&state_dir.join("db"));
    database.is_some() && database == owner(&env.home)
}

fn read(file: &Path, depth: usize) -> Result<String> {
    let Some(text) = files::read_optional(file)? else {
        return Ok(String::new());
    };
    let mut whole = String::with_capacity(text.len());
    for line in text.lines() {
        match nixconf::parse_line(line) {
            Some(Line::Include { file: other }) if depth < MAX_INCLUDES => {
                let other = file.parent().unwrap_or(Path::new("/")).join(other);
                // What this user may not read, Nix may not either, or it is a secret.
                whole.push_str(&read(&other, depth + 1).unwrap_or_default());
            }
            _ => whole.push_str(line),
        }
        whole.push('\n');
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(dir: &Path, system: &str, user: &str) -> Env {
        let mut env = Env::isolated(dir);
        env.user = Some("ann".to_owned());
        env.groups = vec!["staff".to_owned()];
        for (file, text) in [(env.system_nix_conf(), system), (env.user_nix_conf(), user)] {
            std::fs::create_dir_all(file.parent().expect("folder")).expect("folder");
            std::fs::write(file, text).expect("file");
        }
        env
    }

    #[test]
    fn files_are_applied_in_nixs_order() {
        let dir = tempfile::tempdir().expect("folder");
        let mut env = env(
            dir.path(),
            "substituters = https://a\n!include more.conf\n!include absent.conf\nnetrc-file = /sys\n",
            "extra-substituters = https://c\n",
        );
        std::fs::write(
            dir.path().join("etc/nix/more.conf"),
            "extra-substituters = https://b\n",
        )
        .expect("file");
        env.nix_config =
            Some("extra-substituters = https://d\nnarinfo-cache-negative-ttl = 7\n".to_owned());
        let settings = NixSettings::load(&env).expect("read");
        assert_eq!(
            settings.substituters(),
            ["https://a", "https://b", "https://c", "https://d"]
        );
        assert_eq!(settings.netrc_file(), Path::new("/sys"));
        assert_eq!(settings.negative_ttl(), 7);
        assert_eq!(settings.trusted_keys(), [NIXOS_KEY]);
    }

    #[test]
    fn a_file_that_includes_itself_comes_to_an_end() {
        let dir = tempfile::tempdir().expect("folder");
        let env = env(
            dir.path(),
            "include nix.conf\nsubstituters = https://a\n",
            "",
        );
        assert_eq!(
            NixSettings::load(&env).expect("read").substituters(),
            ["https://a"]
        );
    }

    #[test]
    fn who_is_heard() {
        let url = "http://cache/main";
        let listed = "trusted-substituters = http://cache/main/\nextra-trusted-public-keys = k:1\n";
        for (name, system, root, want) in [
            ("nobody", "", false, false),
            ("root", "", true, true),
            ("by name", "trusted-users = root ann\n", false, true),
            ("by group", "trusted-users = @staff\n", false, true),
            ("everybody", "extra-trusted-users = *\n", false, true),
            (
                "another group",
                "trusted-users = @wheel bob\n",
                false,
                false,
            ),
            ("the cache is allowed", listed, false, true),
            (
                "its key is not",
                "trusted-substituters = http://cache/main\n",
                false,
                false,
            ),
        ] {
            let dir = tempfile::tempdir().expect("folder");
            let mut env = env(dir.path(), system, "");
            env.is_root = root;
            let settings = NixSettings::load(&env).expect("read");
            let got = settings.is_heard(&env, Path::new("/absent"), url, &["k:1".to_owned()]);
            assert_eq!(got, want, "{name}");
        }
    }
}
