//! The comment lines at the top of an export.

use super::Head;
use crate::Version;

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// The header; `time` is `2026-09-21 07:21:46`.
pub(super) fn header(head: &Head, time: &str, version: Version) -> String {
    let time = if version < Version::new(10) {
        worded(time).unwrap_or_else(|| time.to_owned())
    } else {
        time.to_owned()
    };
    let first = format!("# {time} by RouterOS {version}\n");
    match head {
        Head::Board {
            software_id,
            model,
            serial,
        } => format!(
            "{first}# software id = {software_id}\n#\n# model = {model}\n# serial number = {serial}\n"
        ),
        Head::Virtual { id } => {
            let kind = if version >= Version::new(22) {
                "system"
            } else {
                "software"
            };
            format!("{first}# {kind} id = {id}\n#\n")
        }
    }
}

/// `mar/13/2022 20:45:48`, as before 7.10.
fn worded(time: &str) -> Option<String> {
    let (date, clock) = time.split_once(' ')?;
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let month = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
    Some(format!("{month}/{day}/{year} {clock}"))
}
