use super::support::{ANNA, BELA, World, at};
use leeward_credentials::{AccountError, LoginName};
use leeward_event::{Action, Actor, StaffId};
use leeward_store::{Scan, Space};
use pollster::block_on;

fn name(typed: &str) -> LoginName {
    LoginName::parse(typed).unwrap()
}

fn claim(world: &World, typed: &str, account: StaffId) -> Result<(), AccountError> {
    let (directory, name) = (&world.directory, &name(typed));
    block_on(world.store.transact(|tx| async move { directory.claim_in(&tx, name, account).await }))
}

#[test]
fn names_that_people_take_for_one_are_one() {
    for (typed, same) in [
        ("Anna", " ANNA\t"),
        ("stra\u{df}e", "stra\u{df}e"),
        ("\u{ff21}nna", "anna"),
        ("anna@Example.org", "ANNA@example.org"),
        ("\u{130}lke", "i\u{307}lke"),
    ] {
        assert_eq!(name(typed), name(same), "{typed}");
    }
    assert_ne!(name("anna"), name("\u{430}nna"), "Cyrillic a");
}

#[test]
fn what_is_no_name_is_refused() {
    let long = "a".repeat(65);
    let huge = "a".repeat(1_000_000);
    for typed in [
        "",
        "  ",
        "a b",
        "a\u{0}",
        "a\u{200d}b",
        "a\u{202e}b",
        "\u{301}a",
        "\u{1f600}",
        "\u{e000}",
        &long,
        &huge,
    ] {
        assert!(matches!(LoginName::parse(typed), Err(AccountError::NameForm)), "{:?}", typed.get(..10));
    }
}

#[test]
fn a_name_leads_to_its_account_and_to_no_other() {
    let world = World::new();
    let made_up = block_on(world.directory.find(&name("anna"))).unwrap();
    claim(&world, "anna", ANNA).unwrap();
    assert_eq!(block_on(world.directory.find(&name("ANNA"))).unwrap(), ANNA);
    assert_ne!(made_up, ANNA);
    assert!(matches!(claim(&world, "Anna", BELA), Err(AccountError::NameTaken)));
    assert!(matches!(claim(&world, "other", ANNA), Err(AccountError::HasName)));
}

#[test]
fn a_name_that_nobody_has_gives_one_account_that_is_made_up() {
    let world = World::new();
    let [one, again, other] =
        ["anna", "ANNA", "bela"].map(|typed| block_on(world.directory.find(&name(typed))).unwrap());
    assert_eq!(one, again);
    assert_ne!(one, other);
}

#[test]
fn a_name_that_was_given_up_is_free_and_leads_where_it_led_before() {
    let world = World::new();
    let made_up = block_on(world.directory.find(&name("anna"))).unwrap();
    claim(&world, "anna", ANNA).unwrap();
    let by = Actor::Staff(ANNA);
    block_on(world.directory.rename(ANNA, &name("anna"), by, at(0))).unwrap();
    assert!(world.events(Action::RecordWritten).is_empty(), "nothing was changed");
    block_on(world.directory.rename(ANNA, &name("heron"), by, at(0))).unwrap();
    assert_eq!(block_on(world.directory.find(&name("anna"))).unwrap(), made_up);
    claim(&world, "anna", BELA).unwrap();
    let taken = block_on(world.directory.rename(ANNA, &name("anna"), by, at(0)));
    assert!(matches!(taken, Err(AccountError::NameTaken)));
    block_on(world.directory.release(ANNA, by, at(0))).unwrap();
    block_on(world.directory.release(ANNA, by, at(0))).unwrap();
    assert_ne!(block_on(world.directory.find(&name("heron"))).unwrap(), ANNA);
    assert_eq!(
        (world.events(Action::RecordWritten).len(), world.events(Action::RecordDeleted).len()),
        (1, 1)
    );
}

#[test]
fn no_key_and_no_value_holds_a_name() {
    let world = World::new();
    claim(&world, "annabella", ANNA).unwrap();
    for space in [Space::sealed("credentials.name"), Space::sealed_for("credentials.name-of", 0)] {
        let page = block_on(world.store.scan(&Scan::all(space.prefix(&[]).unwrap()))).unwrap();
        assert_eq!(page.items.len(), 1);
        let item = &page.items[0];
        for bytes in [item.key.as_bytes(), item.entry.value.as_bytes()] {
            assert!(!bytes.windows(5).any(|window| window.eq_ignore_ascii_case(b"annab")));
        }
    }
}
