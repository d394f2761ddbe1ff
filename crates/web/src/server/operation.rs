use super::answer::{Answer, Oops};
use super::asked::Asked;
use super::live::Watch;

/// The most that an ordinary request may carry: a long form, every field filled.
pub const MOST_FORM: usize = 1 << 20;
/// The most that a request with files may carry: the largest file with what is around it.
pub const MOST_FILES: usize = record::attach::MAX_FILE + (1 << 20);

/// What makes the answer to a request.
pub type Page = fn(&Asked) -> Result<Answer, Oops>;

/// What carries an operation out.
#[derive(Clone, Copy)]
pub enum Work {
    /// An answer, given once.
    Page(Page),
    /// A stream of events, for as long as its reader may see what it tells of.
    Live(Watch),
}

/// Something that can be asked for.
pub struct Operation {
    /// The method.
    pub method: &'static str,
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// What carries it out.
    pub work: Work,
    /// The most bytes that its request may carry.
    pub most: usize,
    /// Whether its own page says which files were not taken, beside what was typed.
    pub redraws: bool,
    /// Where its form stands: the path of a page, with the names of what is sent that belongs into its query. None: at its
    /// own path or, where there is no page, at the nearest above it.
    pub on: Option<&'static str>,
    /// Whether people have typed what it is sent, so that it comes back to them where the session had ended. Never a secret.
    pub comes_back: bool,
    /// Whether it is the same in whatever post somebody acts: what is their own alone.
    pub in_any_post: bool,
}

/// Something that is read.
pub const fn get(path: &'static str, page: Page) -> Operation {
    Operation {
        method: "GET",
        path,
        work: Work::Page(page),
        most: 0,
        redraws: false,
        on: None,
        comes_back: false,
        in_any_post: false,
    }
}

/// Something that is done.
pub const fn post(path: &'static str, page: Page) -> Operation {
    Operation {
        method: "POST",
        path,
        work: Work::Page(page),
        most: MOST_FORM,
        redraws: false,
        on: None,
        comes_back: false,
        in_any_post: false,
    }
}

/// Something that is watched.
pub const fn live(path: &'static str, watch: Watch) -> Operation {
    Operation {
        method: "GET",
        path,
        work: Work::Live(watch),
        most: 0,
        redraws: false,
        on: None,
        comes_back: false,
        in_any_post: false,
    }
}

impl Operation {
    /// The same, taking files: from people who are signed in alone.
    pub const fn with_files(mut self) -> Self {
        self.most = MOST_FILES;
        self
    }

    /// The same, whose own page says which files were not taken.
    pub const fn redrawing(mut self) -> Self {
        self.redraws = true;
        self
    }

    /// The same, whose form stands on another page than the nearest, or on one that goes by what is sent: `/desk/start?service`.
    /// What is sent and is personal is no part of an address.
    pub const fn on(mut self, page: &'static str) -> Self {
        self.on = Some(page);
        self
    }

    /// The same, of which what was typed comes back to whoever has to sign in anew.
    pub const fn coming_back(mut self) -> Self {
        self.comes_back = true;
        self
    }

    /// The same, which is no matter of the post in which somebody acts.
    pub const fn in_any_post(mut self) -> Self {
        self.in_any_post = true;
        self
    }

    /// The same, taking a log: written to its file as it comes, from supervisors alone.
    pub const fn with_log(mut self) -> Self {
        self.most = super::logs::MOST_LOG;
        self
    }

    /// Whether it takes a log.
    pub fn takes_log(&self) -> bool {
        self.most == super::logs::MOST_LOG
    }

    /// Whether it takes files.
    pub fn takes_files(&self) -> bool {
        self.most == MOST_FILES
    }
}
