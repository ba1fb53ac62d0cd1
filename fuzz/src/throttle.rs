//! What a browser sends back.

use leeward_event::StaffId;
use leeward_store::Store;
use leeward_throttle::{DeviceCookie, DeviceKey, DeviceKeys, Lane, Profile, Throttle};

const ACCOUNT: StaffId = StaffId::from_bytes([0xA1; 16]);

/// The cookie that `leeward-throttle` pins, which the key below signed.
const GENUINE: &str = include_str!("../corpus/device_cookie/genuine");

/// A device cookie has one text, and nobody makes one without the key.
pub fn device_cookie(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(cookie) = DeviceCookie::parse(text) {
        assert_eq!(cookie.reveal().as_str(), text);
    }
    let keys = DeviceKeys::new(DeviceKey::from_bytes(7, &[0x77; 32]));
    let throttle = Throttle::new(&Store::memory(), Profile::device_scoped(), keys);
    let known = throttle.client(ACCOUNT, Some(text)).claimed_lane() == Lane::KnownDevice;
    assert_eq!(known, text == GENUINE);
}
