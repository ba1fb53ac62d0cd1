use super::refusal::Refusal;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Deserializer, Map, Value};
use std::{collections::HashSet, fmt};

/// The longest body of a request that is looked at, in bytes.
pub const MAX_BODY_LEN: usize = 256 * 1024;

/// How deep objects and arrays may lie in each other.
pub const MAX_DEPTH: usize = 16;

/// The object that a body holds.
///
/// Its depth, and that no name stands twice in one object (RFC 7493, 2.3), are checked before any value
/// is built: of two parsers that meet a name twice, one could take the first and one the last.
pub(super) fn object(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    if body.len() > MAX_BODY_LEN {
        return Err(Refusal::TOO_LARGE);
    }
    let mut checked = Deserializer::from_slice(body);
    let sound = Shape { depth_left: MAX_DEPTH }.deserialize(&mut checked).and_then(|()| checked.end());
    sound.map_err(|_| Refusal::bad_request("the body is no JSON, too deep, or has a name twice"))?;
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(Refusal::bad_request("the body is no JSON object")),
    }
}

/// A member that is an object. One that is null is not there.
pub(super) fn member<'a>(
    from: &'a Map<String, Value>,
    name: &str,
    otherwise: &'static str,
) -> Result<Option<&'a Map<String, Value>>, Refusal> {
    match from.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => Err(Refusal::bad_request(otherwise)),
    }
}

/// Walks through a value and builds nothing.
#[derive(Clone, Copy)]
struct Shape {
    depth_left: usize,
}

impl Shape {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        let depth_left = self.depth_left.checked_sub(1).ok_or_else(|| E::custom("too deep"))?;
        Ok(Self { depth_left })
    }
}

impl<'de> DeserializeSeed<'de> for Shape {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Shape {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let inside = self.deeper()?;
        while elements.next_element_seed(inside)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let inside = self.deeper()?;
        let mut names = HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
            if !names.insert(name) {
                return Err(A::Error::custom("a name twice"));
            }
            members.next_value_seed(inside)?;
        }
        Ok(())
    }
}
