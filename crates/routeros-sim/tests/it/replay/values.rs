//! Records that `:put` printed, read and printed again.

use super::Tally;
use super::transcripts::steps;
use routeros_sim::print::value::{Record, put};
use routeros_sim::view::Cell;

#[test]
fn records_of_real_devices_come_out_as_they_were() {
    let all = steps();
    if all.is_empty() {
        return;
    }
    let mut tally = Tally::new("records");
    for step in all.iter().filter(|step| step.output.starts_with(".id=")) {
        for line in step.output.lines() {
            let again = put(&records(line)) + "\n";
            tally.note(step.name(), &format!("{line}\n"), &again);
        }
    }
    tally.settle(&[]);
}

/// Every `.id` begins a record.
fn records(line: &str) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    for field in line.split(';') {
        let (name, value) = field.split_once('=').expect("a field");
        if name == ".id" {
            records.push(Record::new());
        }
        let record = records.last_mut().expect("an id first");
        record.insert(name.to_owned(), cell(value));
    }
    records
}

fn cell(value: &str) -> Cell {
    match value {
        "true" => Cell::Bool(true),
        "false" => Cell::Bool(false),
        _ if value.matches(':').count() == 2 => {
            seconds(value).map_or_else(|| Cell::Bare(value.to_owned()), Cell::Duration)
        }
        _ => value
            .parse()
            .map_or_else(|_| Cell::Bare(value.to_owned()), Cell::Number),
    }
}

/// The seconds of `1w2d03:04:05`.
fn seconds(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut sum = 0;
    for (unit, length) in [('w', 604_800), ('d', 86_400)] {
        if let Some((number, after)) = rest.split_once(unit) {
            sum += number.parse::<u64>().ok()? * length;
            rest = after;
        }
    }
    for (part, length) in rest.split(':').zip([3_600, 60, 1]) {
        sum += part.parse::<u64>().ok()? * length;
    }
    Some(sum)
}
