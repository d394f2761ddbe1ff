//! What policies say of a case.

use crate::command::Command;
use crate::facts;
use crate::moves::Move;
use crate::service::{Ask, Casework, Refused, View};
use crate::state::Status;
use access::policy::{Actor, CaseFacts, Decision, Request};
use pack::days::today;
use pack::model::Procedure;
use record::ObjectRef;

impl Casework {
    /// Decides whether somebody may look, or do something that is no command: `read-case`, `read-personal`, `supervise`.
    pub fn permit(&self, case: &ObjectRef, view: &View, action: &str, ask: &Ask<'_>) -> Option<Decision> {
        let procedure = view.procedure()?;
        let facts = facts::of_case(case, view, procedure);
        // Whoever answers a complaint looks at what it is about: of both policies are told the step that decides.
        let step = facts::deciding_step(&view.book.definitions, procedure, &view.state);
        let request = Request { step: step.as_ref(), ..request(ask.actor?, action, ask, &facts) };
        Some(view.book.policies.decide(&request))
    }

    /// Whether a command would be carried out now; nothing is kept.
    ///
    /// # Errors
    /// [`Refused`], as [`Casework::run`] would.
    pub fn would(
        &self,
        case: &ObjectRef,
        view: &View,
        command: &Command,
        ask: &Ask<'_>,
    ) -> Result<(), Refused> {
        let procedure = view.procedure().ok_or(Refused::Unknown)?;
        self.decided(case, view, procedure, command, ask).map(drop)
    }

    /// Decides whether somebody may do `action` in the case that `start` would begin, which is not there yet.
    pub fn permit_begun(
        &self,
        procedure: &Procedure,
        start: &Command,
        action: &str,
        ask: &Ask<'_>,
    ) -> Option<Decision> {
        let case = ObjectRef::new(procedure.object.as_str(), "");
        let facts = of(&case, &View::none(self.book()), procedure, start);
        let decision = self.book().policies.decide(&request(ask.actor?, action, ask, &facts));
        Some(decision.without_case())
    }
}

fn request<'a>(actor: &'a Actor, action: &'a str, ask: &Ask<'a>, facts: &'a CaseFacts) -> Request<'a> {
    Request {
        actor,
        action,
        purpose: ask.purpose,
        case: Some(facts),
        step: None,
        office: None,
        staff: None,
        today: today(ask.now),
    }
}

/// What policies may know of the case that a command is about.
fn of(case: &ObjectRef, view: &View, procedure: &Procedure, command: &Command) -> CaseFacts {
    match command {
        Command::Start { office, party, channel } => {
            facts::of_start(case, procedure, office, party.as_ref(), *channel)
        }
        _ => facts::of_case(case, view, procedure),
    }
}

/// What the policies say of a command; none where the program itself asks.
pub(crate) fn of_command(
    case: &ObjectRef,
    view: &View,
    procedure: &Procedure,
    command: &Command,
    ask: &Ask<'_>,
) -> Option<Decision> {
    let step = command.step().and_then(|step| procedure.flow.step(step.as_str()));
    let action = command.action(step.map(|step| step.kind))?;
    let facts = of(case, view, procedure, command);
    let of_told = || match command {
        Command::Amend { of, field, .. } => {
            facts::of_told(&view.state, procedure, (of, Some(field)), ask.actor.map(Actor::id))
        }
        _ => None,
    };
    let step = of_told().or_else(|| step.map(|step| facts::of_step(&view.state, step))).or_else(|| {
        let of_decider = matches!(command, Command::Extend { .. } | Command::Reply { .. });
        facts::deciding_step(&view.book.definitions, procedure, &view.state).filter(|_| of_decider)
    });
    let request = Request { step: step.as_ref(), ..request(ask.actor?, action, ask, &facts) };
    Some(view.book.policies.decide(&request))
}

/// Whether the command is about a step of the person's own role that is not open.
pub(crate) fn out_of_turn(view: &View, procedure: &Procedure, command: &Command, ask: &Ask<'_>) -> bool {
    let step = command.step().and_then(|step| procedure.flow.step(step.as_str()));
    let role = ask.actor.and_then(|actor| actor.post()).map(|post| &post.role);
    step.is_some_and(|step| {
        let open = view.state.steps.get(&step.id).is_some_and(|state| state.status == Status::Open);
        role == Some(&step.role) && !open
    })
}

/// Those of `possible` that the person may do.
pub(crate) fn permitted(
    case: &ObjectRef,
    view: &View,
    procedure: &Procedure,
    ask: &Ask<'_>,
    possible: Vec<Move>,
) -> Vec<Move> {
    let Some(actor) = ask.actor else { return Vec::new() };
    let facts = facts::of_case(case, view, procedure);
    let allowed = |possible: &Move| {
        let about = possible.about.as_ref();
        let told = about.filter(|_| possible.action == "amend");
        let told = told.and_then(|of| facts::of_told(&view.state, procedure, (of, None), Some(actor.id())));
        let step = about.and_then(|id| procedure.flow.step(id.as_str()));
        let step = told
            .or_else(|| step.map(|step| facts::of_step(&view.state, step)))
            .or_else(|| facts::deciding_step(&view.book.definitions, procedure, &view.state));
        let request = Request { step: step.as_ref(), ..request(actor, possible.action, ask, &facts) };
        view.book.policies.allows(&request)
    };
    possible.into_iter().filter(allowed).collect()
}
