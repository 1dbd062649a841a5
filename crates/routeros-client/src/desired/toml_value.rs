//! From what TOML holds to what the console would be told.

use toml::Spanned;
use toml::de::DeValue;

use crate::schema::Attribute;
use crate::value::{Type, Value};

/// Reads a value by the type of its property.
pub(super) fn value(attribute: &Attribute, found: &DeValue<'_>) -> Result<Value, String> {
    let text = match found {
        DeValue::Array(parts) if is_list(&attribute.kind) => {
            list(parts.iter().map(Spanned::get_ref))?
        }
        other => plain(other)?,
    };
    attribute
        .kind
        .read(&text)
        .map_err(|error| error.to_string())
}

fn is_list(kind: &Type) -> bool {
    match kind {
        Type::Or(_, other) => is_list(other),
        Type::Set(_) | Type::List | Type::Vlans | Type::Ranges => true,
        _ => false,
    }
}

fn list<'a, 'b: 'a>(parts: impl Iterator<Item = &'a DeValue<'b>>) -> Result<String, String> {
    let parts: Vec<String> = parts.map(plain).collect::<Result<_, _>>()?;
    match parts.iter().find(|part| part.contains([',', ';'])) {
        Some(part) => Err(format!("{part:?} holds a comma; write a list")),
        None => Ok(parts.join(",")),
    }
}

/// A string, a number or a boolean as the console takes it.
pub(super) fn plain(found: &DeValue<'_>) -> Result<String, String> {
    match found {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Boolean(true) => Ok("yes".to_owned()),
        DeValue::Boolean(false) => Ok("no".to_owned()),
        DeValue::Integer(number) => match number.radix() {
            10 => Ok(number.as_str().to_owned()),
            radix => i64::from_str_radix(number.as_str(), radix)
                .map(|number| number.to_string())
                .map_err(|_| "the number is too large".to_owned()),
        },
        DeValue::Array(_) => Err("a list is not taken here".to_owned()),
        _ => Err("write a string, a number, true or false".to_owned()),
    }
}
