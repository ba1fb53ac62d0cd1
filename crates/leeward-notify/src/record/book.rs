use super::{FORM, Fields, push_text, push_time};
use crate::{Address, AddressId, Contact, Email, Hours, Language, MAX_ADDRESSES, NotifyError};
use leeward_store::{Timestamp, Value};

const WHAT: &str = "addresses that cannot be read";
const SAFE: u8 = 1;
const DESIGNEE: u8 = 2;
const HOURS: u8 = 4;
const LEAVING: u8 = 8;
/// Room for the longest record, so that no copy of an address is left behind when the bytes grow.
const CONTACT_MAX: usize = 16 + 3 + Email::MAX_LEN + 2 + Language::MAX_LEN + 1 + 6 + Hours::MAX_ZONE + 8;

/// The addresses of one account, in the order in which they were added.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book(pub(crate) Vec<(AddressId, Contact)>);

impl Book {
    pub(crate) fn get(&self, id: AddressId) -> Option<&Contact> {
        self.0.iter().find(|(other, _)| *other == id).map(|(_, contact)| contact)
    }

    pub(crate) fn get_mut(&mut self, id: AddressId) -> Option<&mut Contact> {
        self.0.iter_mut().find(|(other, _)| *other == id).map(|(_, contact)| contact)
    }

    pub(crate) fn encode(&self) -> Value {
        let mut bytes = Vec::with_capacity(self.0.len().saturating_mul(CONTACT_MAX).saturating_add(2));
        bytes.push(FORM);
        bytes.push(u8::try_from(self.0.len()).unwrap_or(u8::MAX));
        for (id, contact) in &self.0 {
            bytes.extend(id.as_bytes());
            push_contact(&mut bytes, contact);
        }
        Value::new(bytes)
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, NotifyError> {
        let mut fields = Fields::of_form_1(bytes, WHAT)?;
        let [count] = fields.take()?;
        if usize::from(count) > MAX_ADDRESSES {
            return Err(fields.corrupt());
        }
        let mut contacts = Vec::with_capacity(usize::from(count));
        for _ in 0..count {
            contacts.push((AddressId::from_bytes(fields.take()?), take_contact(&mut fields)?));
        }
        fields.end()?;
        Ok(Self(contacts))
    }
}

pub(super) fn push_address(bytes: &mut Vec<u8>, address: &Address, language: &Language) {
    bytes.push(address.kind_code());
    push_text(bytes, address.expose());
    push_text(bytes, language.as_str());
}

pub(super) fn take_address(fields: &mut Fields<'_>) -> Result<(Address, Language), NotifyError> {
    let [kind] = fields.take()?;
    let address = Address::from_record(kind, fields.take_text(Email::MAX_LEN)?);
    let address = address.ok_or_else(|| fields.corrupt())?;
    let language = Language::parse(fields.take_text(Language::MAX_LEN)?);
    Ok((address, language.map_err(|_| fields.corrupt())?))
}

fn push_contact(bytes: &mut Vec<u8>, contact: &Contact) {
    push_address(bytes, &contact.address, &contact.language);
    let flag = |set, flag| if set { flag } else { 0 };
    bytes.push(
        flag(contact.safe, SAFE)
            | flag(contact.designee, DESIGNEE)
            | flag(contact.hours.is_some(), HOURS)
            | flag(contact.leaves_at.is_some(), LEAVING),
    );
    if let Some(hours) = &contact.hours {
        let (from, until, zone) = hours.fields();
        bytes.extend(from.to_be_bytes());
        bytes.extend(until.to_be_bytes());
        push_text(bytes, zone);
    }
    if let Some(leaves_at) = contact.leaves_at {
        push_time(bytes, leaves_at);
    }
}

fn take_contact(fields: &mut Fields<'_>) -> Result<Contact, NotifyError> {
    let (address, language) = take_address(fields)?;
    let [flags] = fields.take()?;
    if flags & !(SAFE | DESIGNEE | HOURS | LEAVING) != 0 {
        return Err(fields.corrupt());
    }
    let hours = if flags & HOURS == 0 { None } else { Some(take_hours(fields)?) };
    let leaves_at: Option<Timestamp> = if flags & LEAVING == 0 { None } else { Some(fields.take_time()?) };
    let (safe, designee) = (flags & SAFE != 0, flags & DESIGNEE != 0);
    Ok(Contact { address, language, safe, designee, hours, leaves_at })
}

fn take_hours(fields: &mut Fields<'_>) -> Result<Hours, NotifyError> {
    let [from, until] = [fields.take()?, fields.take()?].map(u16::from_be_bytes);
    let zone = fields.take_text(Hours::MAX_ZONE)?;
    Hours::between(from, until, zone).map_err(|_| fields.corrupt())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Form 1. A change here is a new form.
    const KNOWN: &[u8] = b"\x01\x02\
        \x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\
        \x01\x00\x09a@b.examp\x00\x02de\x0d\x02\x1c\x03\xfc\x00\x05CET-1\x00\x00\x00\xe8\xd4\xa5\x10\x00\
        \x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\
        \x02\x00\x0c+41791234567\x00\x02en\x02";

    fn book() -> Book {
        let mut mail = Contact::safe(Address::email("a@b.examp").unwrap())
            .at(Hours::between(540, 1020, "CET-1").unwrap())
            .language(Language::german());
        mail.leaves_at = Some(Timestamp::from_second(1_000_000_000).unwrap());
        let phone = Contact::not_safe(Address::phone("+41791234567").unwrap()).designee();
        Book(vec![(AddressId::from_bytes([0x11; 16]), mail), (AddressId::from_bytes([0x22; 16]), phone)])
    }

    #[test]
    fn the_form_is_pinned_byte_for_byte() {
        assert_eq!(book().encode().as_bytes(), KNOWN);
        assert_eq!(Book::decode(KNOWN).unwrap().0, book().0);
    }

    #[test]
    fn no_beginning_and_no_continuation_of_a_book_is_one() {
        assert!((0..KNOWN.len()).all(|len| Book::decode(&KNOWN[..len]).is_err()));
        assert!(Book::decode(&[KNOWN, b"\0"].concat()).is_err());
        let mut many = KNOWN.to_vec();
        many[1] = 17;
        assert!(Book::decode(&many).is_err());
        let unfolded = String::from_utf8_lossy(KNOWN).contains("B.EXAMP");
        assert!(!unfolded, "an address is kept in its one form");
    }

    #[test]
    fn the_room_taken_is_enough() {
        let zone = "<+0123>-01:23<+0234>-02:34,M3.5.0/24,M10.5.0/23";
        let email = format!("{}@{}.example", "l".repeat(64), ["d".repeat(60), "e".repeat(60)].join("."));
        let mut contact = Contact::safe(Address::email(&email).unwrap())
            .at(Hours::between(0, 1439, zone).unwrap())
            .language(Language::parse("de-ch-1901-abcde").unwrap());
        contact.leaves_at = Some(Timestamp::from_second(253_402_207_199).unwrap());
        let book = Book(vec![(AddressId::from_bytes([1; 16]), contact); MAX_ADDRESSES]);
        assert!(book.encode().len() <= MAX_ADDRESSES * CONTACT_MAX + 2);
        assert_eq!(Book::decode(book.encode().as_bytes()).unwrap().0, book.0);
    }
}
