//! How single files of a Debian package are made to name store paths: pure
//! functions over their bytes.

/// `/usr/bin/sh` and `/bin/sh` as the path below a store path, `bin/sh`.
pub(crate) fn below_usr(host: &str) -> &str {
    let relative = host.trim_start_matches('/');
    relative.strip_prefix("usr/").unwrap_or(relative)
}

/// Whether the bytes are a 64-bit little-endian program or library with dynamic
/// linking.
pub(crate) fn is_dynamic_elf(bytes: &[u8]) -> bool {
    const PT_DYNAMIC: [u8; 4] = [2, 0, 0, 0];
    if bytes.len() < 64 || !bytes.starts_with(b"\x7fELF\x02\x01") {
        return false;
    }
    let half = |at: usize| usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    let is_program_or_library = matches!(half(16), 2 | 3);
    let table = usize::try_from(u64::from_le_bytes(
        bytes[32..40].try_into().unwrap_or_default(),
    ));
    let (entry_size, entries) = (half(54), half(56));
    is_program_or_library
        && table.is_ok_and(|table| {
            (0..entries)
                .filter_map(|i| table.checked_add(i * entry_size))
                .filter_map(|at| bytes.get(at..at.checked_add(4)?))
                .any(|kind| kind == PT_DYNAMIC)
        })
}

/// The file with its `#!` line pointing into the store, if it has one and `find`
/// knows the interpreter. `env NAME` becomes NAME itself.
pub(crate) fn shebang(bytes: &[u8], find: impl Fn(&str) -> Option<String>) -> Option<Vec<u8>> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let line = std::str::from_utf8(bytes[..end].strip_prefix(b"#!")?)
        .ok()?
        .trim();
    let (program, arguments) = line.split_once(' ').unwrap_or((line, ""));
    let arguments = arguments.trim();
    let line = if program.rsplit('/').next() == Some("env") && !arguments.starts_with('-') {
        let (name, rest) = arguments.split_once(' ').unwrap_or((arguments, ""));
        format!("#!{} {rest}", find(&format!("/bin/{name}"))?)
    } else {
        format!("#!{} {arguments}", find(program)?)
    };
    Some([line.trim_end().as_bytes(), &bytes[end..]].concat())
}

/// A pkg-config file with the prefix `/usr` replaced, if it has it.
pub(crate) fn pkg_config(bytes: &[u8], prefix: &str) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let changed: String = text
        .split_inclusive('\n')
        .map(|line| match line.trim_end() {
            "prefix=/usr" => format!("prefix={prefix}\n"),
            "exec_prefix=/usr" => format!("exec_prefix={prefix}\n"),
            _ => line.to_owned(),
        })
        .collect();
    (changed != text).then(|| changed.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(host: &str) -> Option<String> {
        let known = ["bin/sh", "bin/python3"];
        let below = below_usr(host);
        known
            .contains(&below)
            .then(|| format!("/nix/store/x/{below}"))
    }

    #[test]
    fn scripts_point_into_the_store() {
        let rows: &[(&str, Option<&str>)] = &[
            ("#!/bin/sh\nexit", Some("#!/nix/store/x/bin/sh\nexit")),
            ("#! /usr/bin/sh -e\n", Some("#!/nix/store/x/bin/sh -e\n")),
            (
                "#!/usr/bin/env python3\n",
                Some("#!/nix/store/x/bin/python3\n"),
            ),
            (
                "#!/usr/bin/env python3 -u\n",
                Some("#!/nix/store/x/bin/python3 -u\n"),
            ),
            ("#!/usr/bin/env -S python3\n", None),
            ("#!/usr/bin/ruby\n", None),
            ("#!/bin/sh", None),
            ("no script\n", None),
        ];
        for (input, wanted) in rows {
            let got = shebang(input.as_bytes(), find).map(|b| String::from_utf8(b).unwrap());
            assert_eq!(got.as_deref(), *wanted, "{input}");
        }
    }

    #[test]
    fn pkg_config_prefixes_are_replaced() {
        let got = pkg_config(b"prefix=/usr\nlibdir=${prefix}/lib\n", "/nix/store/x").unwrap();
        assert_eq!(got, b"prefix=/nix/store/x\nlibdir=${prefix}/lib\n");
        assert_eq!(pkg_config(b"prefix=/opt\n", "/nix/store/x"), None);
    }

    #[test]
    fn elf_files_are_told_apart() {
        let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert!(is_dynamic_elf(&own));
        assert!(!is_dynamic_elf(&own[..40]));
        assert!(!is_dynamic_elf(b"#!/bin/sh\n"));
        let mut wild = own[..64].to_vec();
        wild[32..40].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(!is_dynamic_elf(&wild));
    }
}
