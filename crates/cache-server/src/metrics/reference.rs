//! The metrics as a list, for the reference page.

use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

use super::engine::{ENGINE, READY};
use super::{Http, NarinfoResult};

/// A metric as the reference page lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metric {
    /// Its name as Prometheus stores it.
    pub name: String,
    /// `counter`, `gauge` or `histogram`.
    pub kind: String,
    /// What it says.
    pub help: String,
}

/// Every metric there is, in the order in which they are served.
pub fn described() -> Vec<Metric> {
    let mut registry = Registry::with_prefix("garret");
    let http = Http::new(&mut registry);
    // A family without a member is not written.
    http.request("/", "GET", 200, Duration::ZERO, 1, 1);
    http.narinfo(NarinfoResult::Hit);
    http.token(true);
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = encode(&mut text, &registry);
    let mut metrics = parse_described(&text);
    let engine = ENGINE.iter().map(|(name, help, unit, _)| {
        let unit = unit
            .as_ref()
            .map_or_else(String::new, |unit| format!("_{}", unit.as_str()));
        Metric {
            name: format!("garret_{name}{unit}_total"),
            kind: "counter".into(),
            help: (*help).into(),
        }
    });
    metrics.extend(engine);
    metrics.push(Metric {
        name: format!("garret_{}", READY.0),
        kind: "gauge".into(),
        help: READY.1.into(),
    });
    metrics
}

/// Reads `# HELP` and `# TYPE` lines.
fn parse_described(text: &str) -> Vec<Metric> {
    let kind_of = |name: &str| {
        let prefix = format!("# TYPE {name} ");
        text.lines()
            .find_map(|line| line.strip_prefix(&prefix))
            .unwrap_or_default()
            .to_owned()
    };
    let help = text
        .lines()
        .filter_map(|line| line.strip_prefix("# HELP ")?.split_once(' '));
    help.map(|(name, help)| {
        let kind = kind_of(name);
        let suffix = if kind == "counter" { "_total" } else { "" };
        Metric {
            name: format!("{name}{suffix}"),
            kind,
            help: help.trim_end_matches('.').to_owned(),
        }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_one_law() {
        let metrics = described();
        assert!(metrics.len() > 20, "{metrics:?}");
        for Metric { name, kind, help } in metrics {
            assert!(name.starts_with("garret_"), "{name}");
            assert_eq!(name.ends_with("_total"), kind == "counter", "{name} {kind}");
            assert!(
                name.bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
                "{name}"
            );
            assert!(!help.is_empty() && !help.contains('|'), "{name}: {help}");
        }
    }
}
