//! The one place that reads the clock: what day it is, is an input to everything else.

use std::ffi::OsStr;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, anyhow};
use chrono::{DateTime, NaiveDate};

use crate::config::Env;

/// Now, as the run sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    seconds: i64,
    today: NaiveDate,
    fixed: bool,
}

impl Clock {
    /// `SOURCE_DATE_EPOCH` (<https://reproducible-builds.org/specs/source-date-epoch/>), else the system's time.
    pub(super) fn read(env: &Env) -> anyhow::Result<Self> {
        let given = env.get(OsStr::new("SOURCE_DATE_EPOCH")).filter(|value| !value.is_empty());
        let seconds = match given {
            Some(value) => value
                .to_str()
                .and_then(|text| text.parse::<i64>().ok())
                .filter(|seconds| *seconds >= 0)
                .ok_or_else(|| {
                    anyhow!("SOURCE_DATE_EPOCH is not a number of seconds since 1970; unset it or correct it")
                })?,
            None => {
                i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())?
            }
        };
        let today = DateTime::from_timestamp(seconds, 0)
            .context("SOURCE_DATE_EPOCH is beyond the calendar; unset it or correct it")?
            .date_naive();
        Ok(Self { seconds, today, fixed: given.is_some() })
    }

    /// The day, in UTC.
    pub(super) fn today(self) -> NaiveDate {
        self.today
    }

    /// Seconds since 1970: what the environment fixed, else what the caller knows (the time of a commit), else now.
    pub(super) fn timestamp(self, known: Option<i64>) -> i64 {
        if self.fixed { self.seconds } else { known.unwrap_or(self.seconds) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(value: &str) -> Env {
        [("SOURCE_DATE_EPOCH".into(), value.into())].into()
    }

    #[test]
    fn the_environment_fixes_the_day() {
        // date -u -d @1795212000 +%F
        let clock = Clock::read(&env("1795212000")).unwrap();
        assert_eq!(clock.today(), NaiveDate::from_ymd_opt(2026, 11, 20).unwrap());
        assert_eq!(clock.timestamp(Some(5)), 1_795_212_000);
        assert_eq!(Clock::read(&Env::new()).unwrap().timestamp(Some(5)), 5);
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for value in ["yesterday", "-1", "99999999999999999999", "9999999999999"] {
            assert!(Clock::read(&env(value)).is_err(), "{value}");
        }
    }
}
