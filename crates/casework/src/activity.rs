//! Past-tense facts. Those of steps are named by the packs; these belong to every case.

use crate::state::State;
use record::{Event, ObjectRef, Value};

/// A case was begun; nobody need act on it yet.
pub const STARTED: &str = "case started";
/// Answers were given or changed.
pub const SAVED: &str = "answers saved";
/// A material was attached.
pub const ATTACHED: &str = "material attached";
/// A material was taken back before anyone looked at it.
pub const DETACHED: &str = "material detached";
/// The party handed the application in.
pub const SUBMITTED: &str = "application submitted";
/// A clerk said what is missing; the clocks stand still.
pub const CORRECTION_REQUESTED: &str = "correction requested";
/// The party answered; the clocks run on.
pub const CORRECTION_ANSWERED: &str = "correction answered";
/// Somebody took a step upon themselves.
pub const TAKEN: &str = "step taken";
/// A step went to somebody else.
pub const HANDED_OVER: &str = "step handed over";
/// A step that somebody had taken went back into the queue.
pub const RELEASED: &str = "step put back";
/// A deadline was moved, as its law allows.
pub const EXTENDED: &str = "deadline extended";
/// A deadline went by.
pub const EXPIRED: &str = "deadline passed";
/// The party took the application back.
pub const WITHDRAWN: &str = "application withdrawn";
/// The party never answered a correction, and the case ended.
pub const LAPSED: &str = "application lapsed";
/// The party said how well they were served.
pub const RATED: &str = "service rated";
/// The party complained.
pub const COMPLAINED: &str = "complaint made";
/// A complaint was answered.
pub const REPLIED: &str = "complaint answered";
/// An answer that was written down wrongly was corrected.
pub const AMENDED: &str = "record corrected";
/// A running case went over to another edition of its pack.
pub const MIGRATED: &str = "case migrated";

/// Personal data was destroyed: a person's, or a case's.
pub const ERASED: &str = "personal data erased";

/// The parts that objects play in a case's events.
pub mod part {
    /// The case itself.
    pub const CASE: &str = "case";
    /// Whose case it is.
    pub const PARTY: &str = "party";
    /// The office where it happened.
    pub const OFFICE: &str = "office";
    /// What a wrong answer had named.
    pub const WRONG: &str = "wrongly named";
    /// Who a step went to.
    pub const HOLDER: &str = "holder";
    /// The credential that a step gave.
    pub const ISSUES: &str = "issues";
}

/// By this name an event says what somebody called the file that it attaches.
pub const FILE_NAME: &str = "file name";

/// The case that an event is of, where it is one of the moves that make up its course. Others are about a case: somebody
/// read its answers, or another case names it.
pub fn moved(event: &Event) -> Option<&ObjectRef> {
    let case = event.object(part::CASE)?;
    let number = event.id.as_str().strip_prefix(case.kind.as_str())?.strip_prefix(':')?;
    number.strip_prefix(case.id.as_str())?.starts_with('/').then_some(case)
}

/// The kinds of words that are said in a case.
pub mod said {
    /// Why something was done, or is so.
    pub const REASONS: &str = "reasons";
    /// What is to be corrected.
    pub const CORRECTIONS: &str = "corrections";
    /// A complaint, or the answer to one.
    pub const COMPLAINTS: &str = "complaints";
    /// How well the party was served.
    pub const RATING: &str = "rating";
}

/// What kind of words an event says that are sealed; none where it says none. What a file is called is read with the file, and
/// what was typed and is no answer is its party's alone.
pub fn kind_of_words(event: &Event) -> Option<&'static str> {
    let spoken = |name: &str| name != FILE_NAME && !name.starts_with(State::TYPED);
    let sealed = event
        .attributes
        .iter()
        .any(|(name, value)| matches!(value, Value::Sealed(_)) && spoken(name.as_str()));
    sealed.then(|| match event.activity.as_str() {
        CORRECTION_REQUESTED => said::CORRECTIONS,
        COMPLAINED | REPLIED => said::COMPLAINTS,
        RATED => said::RATING,
        _ => said::REASONS,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// A model that names what nothing ever puts on the record would never find anything.
    #[test]
    fn models_may_speak_of_what_happens_and_of_nothing_else() {
        let happens = [
            STARTED,
            SAVED,
            ATTACHED,
            DETACHED,
            SUBMITTED,
            CORRECTION_REQUESTED,
            CORRECTION_ANSWERED,
            TAKEN,
            HANDED_OVER,
            RELEASED,
            EXTENDED,
            EXPIRED,
            WITHDRAWN,
            LAPSED,
            RATED,
            COMPLAINED,
            REPLIED,
            AMENDED,
            MIGRATED,
            ERASED,
            access::activity::DATA_READ,
        ];
        let spoken: BTreeSet<&str> = pack::models::ACTIVITIES.iter().map(|(name, ..)| *name).collect();
        // A till puts down what was paid; no procedure does.
        let wanted: BTreeSet<&str> = happens.into_iter().chain(["fee taken"]).collect();
        assert_eq!(spoken, wanted);
    }
}
