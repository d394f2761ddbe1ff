/// A person became known to the city.
pub const REGISTERED: &str = "person registered";
/// A person's name, telephone or identity number was mended.
pub const DETAILS_CHANGED: &str = "person details changed";
/// What a counter wrote down of a person wrongly was put right: it stands in place of the event that said it.
pub const DETAILS_CORRECTED: &str = "person details corrected";
/// The name by which a person signs in was set.
pub const NAME_SET: &str = "sign-in name set";
/// A person's password was set.
pub const PASSWORD_SET: &str = "password set";
/// A person was given a role in an office.
pub const ROLE_GRANTED: &str = "role granted";
/// A role in an office was taken back.
pub const ROLE_WITHDRAWN: &str = "role withdrawn";
/// A person was kept from signing in.
pub const LOCKED: &str = "person locked";
/// A person may sign in again.
pub const UNLOCKED: &str = "person unlocked";
/// A person was given a code by which they may once choose a password.
pub const CODE_ISSUED: &str = "sign-in code issued";
/// A person ended all their sessions but the one in which they said so.
pub const SIGNED_OUT: &str = "signed out elsewhere";
/// A person asked that their data be erased, as soon as nothing keeps it.
pub const ERASURE_ASKED: &str = "erasure asked for";
/// They no longer ask for it.
pub const ERASURE_CALLED_OFF: &str = "erasure called off";
/// Somebody looked at another person's data.
pub const DATA_READ: &str = "personal data read";
/// Somebody was looked up at a counter, and there was nobody of that number or name.
pub const NOT_FOUND: &str = "applicant not found";

/// The activities that [`crate::Person`] is a fold of.
pub const OF_PERSON: [&str; 13] = [
    REGISTERED,
    DETAILS_CHANGED,
    DETAILS_CORRECTED,
    NAME_SET,
    PASSWORD_SET,
    ROLE_GRANTED,
    ROLE_WITHDRAWN,
    LOCKED,
    UNLOCKED,
    CODE_ISSUED,
    SIGNED_OUT,
    ERASURE_ASKED,
    ERASURE_CALLED_OFF,
];

/// The parts that objects play in these events.
pub mod part {
    /// Whom the event is about.
    pub const PERSON: &str = "person";
    /// Where a role is held.
    pub const OFFICE: &str = "office";
    /// Whose data was read.
    pub const SUBJECT: &str = "subject";
    /// The case in which it was read.
    pub const CASE: &str = "case";
    /// The counter at which somebody was looked up: the object of that type with the office's name.
    pub const COUNTER: &str = "counter";
}

/// The names of attributes, of events and of people.
pub mod attribute {
    /// A role, by its name in packs.
    pub const ROLE: &str = "role";
    /// Why, in words.
    pub const REASONS: &str = "reasons";
    /// Until when something holds.
    pub const UNTIL: &str = "until";
    /// Which fields were read.
    pub const FIELDS: &str = "fields";
    /// A person's name; sealed.
    pub const NAME: &str = "name";
    /// A person's telephone number; sealed.
    pub const PHONE: &str = "phone";
    /// A person's identity number; sealed.
    pub const IDENTITY_NUMBER: &str = "identity-number";
    /// The name by which a person signs in; sealed.
    pub const SIGN_IN_NAME: &str = "sign-in-name";
    /// A password's hash; sealed.
    pub const PASSWORD: &str = "password";
    /// A sign-in code's hash; sealed.
    pub const SIGN_IN_CODE: &str = "sign-in-code";
}
