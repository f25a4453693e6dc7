//! The clocks.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use mc_engine::host::Clock;
use mc_engine::state::Stop;

/// How often a wait looks whether it shall end.
const SLICE: Duration = Duration::from_millis(50);

/// The system's clocks; time without jumps counts from when this was made.
pub(crate) struct OsClock {
    start: Instant,
}

impl OsClock {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for OsClock {
    fn wall(&self) -> i64 {
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_nanos()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |nanos| -nanos),
        }
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }

    fn sleep(&self, time: Duration, stop: &Stop) {
        let end = self.monotonic() + time;
        while !stop.raised() {
            let left = end.saturating_sub(self.monotonic());
            if left.is_zero() {
                return;
            }
            std::thread::sleep(left.min(SLICE));
        }
    }
}
