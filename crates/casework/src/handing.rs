use crate::board::Task;
use crate::command::Command;
use crate::facts;
use crate::service::{Ask, Casework, Refused};
use access::policy::{Actor, Request};
use access::{Person, Post};
use pack::Title;
use pack::days::today;
use record::{ObjectRef, StoreError, Time};

/// What became of the steps that somebody held.
#[derive(Debug, Default)]
pub struct Handed {
    /// Those that went to the colleague, or back into the queue.
    pub moved: Vec<Task>,
    /// Those that stay, each with why.
    pub left: Vec<(Task, Title)>,
}

impl Casework {
    /// The open steps that a person has taken, the most urgent first.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn held_by(&self, person: &ObjectRef) -> Result<Vec<Task>, StoreError> {
        self.board(|board| board.held(person).cloned().collect())
    }

    /// Why a colleague could not do the step; none: they could, once what must come first has.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn unsuited(&self, task: &Task, colleague: &Person, now: Time) -> Result<Option<Title>, Refused> {
        let view = self.view(&task.case)?;
        let procedure = view.procedure().ok_or(Refused::Unknown)?;
        let Some(step) = procedure.flow.step(task.step.as_str()) else { return Err(Refused::Unknown) };
        let post = Post::new(task.role.clone(), task.office.clone());
        let Ok(actor) = Actor::of(colleague, Some(&post)) else {
            return Ok(Some(Title::new(
                "没有这个环节的岗位",
                "They do not hold the post that the step needs",
            )));
        };
        let case = facts::of_case(&task.case, &view, procedure);
        let facts = facts::of_step(&view.state, step);
        let request = Request {
            actor: &actor,
            action: facts::action(step.kind),
            purpose: None,
            case: Some(&case),
            step: Some(&facts),
            office: None,
            staff: None,
            today: today(now),
        };
        let decision = view.book.policies.decide(&request);
        if !decision.allowed() {
            return Ok(decision.reasons().into_iter().next());
        }
        let did = |other: &pack::Id| {
            view.state.done(other).is_some_and(|done| done.by.as_ref() == Some(actor.id()))
        };
        let why =
            Title::new("前面的环节由其办理，须另换一人", "They did an earlier step that must be another's");
        Ok(step.separate.iter().any(did).then_some(why))
    }

    /// Hands on the steps that `from` holds, of one `post` or of all: to `to` what they may do, and with none back into
    /// the queue.
    ///
    /// # Errors
    /// When the record fails.
    pub fn hand_on(
        &self,
        from: &ObjectRef,
        to: Option<&Person>,
        post: Option<&Post>,
        reasons: &str,
        ask: &Ask<'_>,
    ) -> Result<Handed, Refused> {
        let mut handed = Handed::default();
        let of_post =
            |task: &Task| post.is_none_or(|post| (&post.role, &post.office) == (&task.role, &task.office));
        for task in self.held_by(from)?.into_iter().filter(of_post) {
            let unsuited = to.map(|to| self.unsuited(&task, to, ask.now)).transpose()?.flatten();
            if let Some(why) = unsuited {
                handed.left.push((task, why));
                continue;
            }
            let (step, reasons) = (task.step.clone(), reasons.to_owned());
            let command = match to {
                Some(to) => Command::HandOver { step, to: to.id.object(), reasons },
                None => Command::Release { step, reasons },
            };
            match self.run(&task.case, &command, ask) {
                Ok(_) => handed.moved.push(task),
                Err(Refused::Case(refusal)) => handed.left.push((task, refusal.why)),
                Err(Refused::Denied(decision)) => {
                    let why = decision.reasons().into_iter().next().unwrap_or_default();
                    handed.left.push((task, why));
                }
                Err(Refused::Stranded(_)) => {
                    let why = Title::new(
                        "案件所依的版本已读不出，须先改按现行版本办理",
                        "The edition that the case runs under cannot be read any more; it has to be migrated first",
                    );
                    handed.left.push((task, why));
                }
                Err(Refused::Overtaken(_)) => {
                    let why = Title::new("案件刚刚有了变化，请再试", "The case has just changed; try again");
                    handed.left.push((task, why));
                }
                Err(other) => return Err(other),
            }
        }
        Ok(handed)
    }
}
