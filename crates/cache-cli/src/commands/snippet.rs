//! Ready-made texts for `garret use --print`.

use crate::args::Snippet;
use crate::nixconf::Wanted;

/// What a snippet is about.
#[derive(Debug)]
pub(super) struct About<'a> {
    /// What belongs into nix.conf.
    pub(super) wanted: &'a Wanted,
    /// The server's URL.
    pub(super) server: &'a str,
    /// The server's local name.
    pub(super) server_name: &'a str,
    /// The cache.
    pub(super) cache: &'a str,
    /// Host for netrc, where a token is needed.
    pub(super) private_host: Option<&'a str>,
}

/// The text for this kind of file. No token stands in it, ever: snippets are pasted and committed.
pub(super) fn snippet(kind: Snippet, about: &About<'_>) -> String {
    match kind {
        Snippet::NixConf => nix_conf(about),
        Snippet::Nixos => nixos(about),
        Snippet::Flake => flake(about),
        Snippet::Github => github(about),
        Snippet::Gitlab => gitlab(about),
    }
}

fn nix_conf(about: &About<'_>) -> String {
    let netrc = about.private_host.map_or_else(String::new, |host| {
        format!("# The cache is private: the file of netrc-file needs the line\n#   machine {host} login garret password TOKEN\n")
    });
    format!("{}{netrc}", about.wanted.snippet())
}

fn nix_list(words: &[String]) -> String {
    let quoted: Vec<String> = words
        .iter()
        .map(|word| format!("\"{}\"", word.replace('"', "\\\"")))
        .collect();
    format!("[ {} ]", quoted.join(" "))
}

fn nixos(about: &About<'_>) -> String {
    let url = nix_list(std::slice::from_ref(&about.wanted.substituter));
    let keys = nix_list(&about.wanted.keys);
    let netrc = about.private_host.map_or_else(String::new, |host| {
        format!(
            "    # A file readable by root alone, with the line: machine {host} login garret password TOKEN\n    \
             netrc-file = \"/etc/nix/netrc\";\n"
        )
    });
    format!(
        "{{\n  nix.settings = {{\n    extra-substituters = {url};\n    extra-trusted-public-keys = {keys};\n{netrc}  }};\n}}\n"
    )
}

fn flake(about: &About<'_>) -> String {
    let url = nix_list(std::slice::from_ref(&about.wanted.substituter));
    let keys = nix_list(&about.wanted.keys);
    let netrc = match about.private_host {
        Some(_) => "# The cache is private: each user needs the token too (garret use).\n",
        None => "",
    };
    format!(
        "{netrc}nixConfig = {{\n  extra-substituters = {url};\n  extra-trusted-public-keys = {keys};\n}};\n"
    )
}

fn github(about: &About<'_>) -> String {
    let About {
        server,
        server_name,
        cache,
        ..
    } = about;
    format!(
        "# Needs the secret GARRET_TOKEN, a token that may pull and push {cache}.\n\
         - name: Use {cache}\n  env:\n    GARRET_TOKEN: ${{{{ secrets.GARRET_TOKEN }}}}\n  run: |\n    \
         garret login {server_name} {server}\n    garret use {server_name}:{cache}\n\
         - run: nix build\n- name: Push to {cache}\n  run: garret push {server_name}:{cache} ./result\n"
    )
}

fn gitlab(about: &About<'_>) -> String {
    let About {
        server,
        server_name,
        cache,
        ..
    } = about;
    format!(
        "# Needs the masked variable GARRET_TOKEN, a token that may pull and push {cache}.\n\
         build:\n  before_script:\n    - garret login {server_name} {server}\n    - garret use {server_name}:{cache}\n  \
         script:\n    - nix build\n    - garret push {server_name}:{cache} ./result\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn text(kind: Snippet, host: Option<&str>) -> String {
        let wanted = Wanted {
            substituter: "http://h:8080/main".to_owned(),
            keys: vec!["main:AAAA=".to_owned()],
            netrc_file: None,
        };
        let about = About {
            wanted: &wanted,
            server: "http://h:8080/",
            server_name: "office",
            cache: "main",
            private_host: host,
        };
        snippet(kind, &about)
    }

    #[test]
    fn nix_conf_and_nixos() {
        expect![[r#"
            extra-substituters = http://h:8080/main
            extra-trusted-public-keys = main:AAAA=
            # The cache is private: the file of netrc-file needs the line
            #   machine h login garret password TOKEN
        "#]]
        .assert_eq(&text(Snippet::NixConf, Some("h")));
        expect![[r#"
            {
              nix.settings = {
                extra-substituters = [ "http://h:8080/main" ];
                extra-trusted-public-keys = [ "main:AAAA=" ];
                # A file readable by root alone, with the line: machine h login garret password TOKEN
                netrc-file = "/etc/nix/netrc";
              };
            }
        "#]]
        .assert_eq(&text(Snippet::Nixos, Some("h")));
        assert!(!text(Snippet::Nixos, None).contains("netrc"));
    }

    #[test]
    fn flake_and_ci() {
        expect![[r#"
            nixConfig = {
              extra-substituters = [ "http://h:8080/main" ];
              extra-trusted-public-keys = [ "main:AAAA=" ];
            };
        "#]]
        .assert_eq(&text(Snippet::Flake, None));
        expect![[r#"
            # Needs the secret GARRET_TOKEN, a token that may pull and push main.
            - name: Use main
              env:
                GARRET_TOKEN: ${{ secrets.GARRET_TOKEN }}
              run: |
                garret login office http://h:8080/
                garret use office:main
            - run: nix build
            - name: Push to main
              run: garret push office:main ./result
        "#]]
        .assert_eq(&text(Snippet::Github, Some("h")));
        expect![[r#"
            # Needs the masked variable GARRET_TOKEN, a token that may pull and push main.
            build:
              before_script:
                - garret login office http://h:8080/
                - garret use office:main
              script:
                - nix build
                - garret push office:main ./result
        "#]]
        .assert_eq(&text(Snippet::Gitlab, Some("h")));
    }
}
