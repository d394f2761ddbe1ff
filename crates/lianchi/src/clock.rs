use record::Time;

/// The moment, in China. The one place of the program's commands that reads the clock.
#[expect(clippy::disallowed_methods, reason = "commands happen now; everything below is handed the time")]
pub fn now() -> Time {
    Time::at(jiff::Timestamp::now(), 8 * 60)
}
