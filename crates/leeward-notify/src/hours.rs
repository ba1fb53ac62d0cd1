use crate::NotifyError;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use std::time::Duration;

/// The minutes of the day at which somebody may be written to, in their own time zone.
///
/// ```
/// use leeward_notify::Hours;
/// use leeward_store::Timestamp;
/// // 9:00 to 17:30 in Vienna, winter and summer.
/// let hours = Hours::between(9 * 60, 17 * 60 + 30, "CET-1CEST,M3.5.0,M10.5.0/3")?;
/// let night: Timestamp = "2026-01-10T02:00Z".parse().unwrap();
/// assert_eq!(hours.wait(night).map(|wait| wait.as_secs()), Some(6 * 3600));
/// assert_eq!(hours.wait("2026-01-10T08:00Z".parse().unwrap()), None);
/// # Ok::<(), leeward_notify::NotifyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    from: u16,
    until: u16,
    zone: Box<str>,
    rules: TimeZone,
}

/// Minutes of a day.
const DAY: u16 = 24 * 60;

impl Hours {
    /// The longest time zone, in bytes.
    pub const MAX_ZONE: usize = 64;

    /// From one minute of the day until another, which may lie on the next day; the last is left out.
    /// `zone` is a POSIX time zone, which holds its own rules for summer time: `UTC0`, `CET-1`,
    /// `CET-1CEST,M3.5.0,M10.5.0/3`.
    ///
    /// # Errors
    /// [`NotifyError::HoursForm`] for a minute of 1440 or more, two equal minutes, or no time zone.
    pub fn between(from: u16, until: u16, zone: &str) -> Result<Self, NotifyError> {
        if from >= DAY || until >= DAY || from == until || zone.len() > Self::MAX_ZONE {
            return Err(NotifyError::HoursForm);
        }
        let rules = TimeZone::posix(zone).map_err(|_| NotifyError::HoursForm)?;
        Ok(Self { from, until, zone: zone.into(), rules })
    }

    /// How long to wait until the hours begin; `None` within them.
    #[must_use]
    pub fn wait(&self, now: Timestamp) -> Option<Duration> {
        let local = self.rules.to_datetime(now).time();
        let minute = i64::from(local.hour()) * 60 + i64::from(local.minute());
        let since = |mark: u16| (minute - i64::from(mark)).rem_euclid(i64::from(DAY));
        let open = i64::from(self.until).saturating_sub(i64::from(self.from)).rem_euclid(i64::from(DAY));
        if since(self.from) < open {
            return None;
        }
        let minutes = i64::from(DAY).saturating_sub(since(self.from));
        let wait = SignedDuration::from_mins(minutes) - SignedDuration::from_secs(i64::from(local.second()));
        Some(wait.unsigned_abs())
    }

    pub(crate) fn fields(&self) -> (u16, u16, &str) {
        (self.from, self.until, &self.zone)
    }
}
