//! The supervisor's board: what is due and overdue, from the supervisor's own office down to the single case.

use super::answer::{Answer, Oops};
use super::asked::Asked;
use super::findings::FINDING;
use super::show::{self, Telling};
use super::{numbered, queue};
use crate::layout::Face;
use crate::page::board::{self, OfficeRow, ProcedureRow, Sums, Trail};
use crate::part::Due;
use access::look_ups::{Counter, Looked};
use access::policy::{Actor, CaseFacts, Request};
use casework::View;
use casework::board::{Board, SetBy, Still};
use casework::state::{Stage, State};
use jiff::Span;
use jiff::civil::Date;
use pack::days::today;
use pack::{Definitions, Id, Title};
use record::{ObjectRef, StoreError, Time};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Days over which kept and missed clocks are summed, today among them.
const SUMMED_DAYS: i64 = 30;
/// Days that are drawn one by one, today the last.
const DRAWN_DAYS: usize = 14;
/// Cases on one page. The most urgent come first, so that what is left out is in time.
const MOST_CASES: usize = 500;

/// Whether the reader may supervise `office`, and with it all below. Policies speak of cases, so they are asked about a
/// case in that office of which nothing else is known.
pub fn supervises(asked: &Asked, office: &Id) -> Result<(), Oops> {
    let actor = asked.signed_in()?;
    let book = asked.city.casework.book();
    if !book.definitions.offices.contains_key(office) {
        return Err(Oops::Missing);
    }
    let any = any_case(office);
    let decision = book.policies.decide(&about_any(asked, actor, "supervise", office, &any));
    if decision.allowed() { Ok(()) } else { Err(Oops::denied(&decision)) }
}

fn any_case(office: &Id) -> CaseFacts {
    CaseFacts {
        id: ObjectRef::new("case", "any"),
        procedure: Id::default(),
        category: Id::default(),
        party: None,
        office: office.clone(),
        offices: BTreeSet::from([office.clone()]),
        roles: BTreeSet::new(),
        handlers: BTreeSet::new(),
        channel: None,
        handed_in: true,
        ended: false,
        complained: false,
    }
}

fn about_any<'a>(
    asked: &Asked,
    actor: &'a Actor,
    action: &'a str,
    office: &'a Id,
    any: &'a CaseFacts,
) -> Request<'a> {
    let (purpose, step, staff, today) = (None, None, None, today(asked.now));
    Request { actor, action, purpose, case: Some(any), step, office: Some(office), staff, today }
}

/// Whether the reader may do something with the cases of `office`: what policies say of any of them.
pub fn may(asked: &Asked, actor: &Actor, action: &str, office: &Id) -> bool {
    let any = any_case(office);
    asked.city.casework.book().policies.allows(&about_any(asked, actor, action, office, &any))
}

/// The reader's own office, where they supervise it.
pub fn own_office(asked: &Asked) -> Result<Id, Oops> {
    let office = asked.post()?.office.clone();
    supervises(asked, &office)?;
    Ok(office)
}

/// The reader's own board.
pub fn city(asked: &Asked) -> Result<Answer, Oops> {
    let office = own_office(asked)?;
    show_office(asked, &office)
}

/// One office and what lies below it.
pub fn office(asked: &Asked) -> Result<Answer, Oops> {
    show_office(asked, &asked.param("office").into())
}

/// Figures of one office and one procedure, or sums of such.
#[derive(Clone, Debug, Default, PartialEq)]
struct Figures {
    sums: Sums,
    days: [(u64, u64); DRAWN_DAYS],
}

impl Figures {
    fn add(&mut self, other: &Self) {
        self.sums.open += other.sums.open;
        self.sums.soon += other.sums.soon;
        self.sums.late += other.sums.late;
        self.sums.kept += other.sums.kept;
        self.sums.missed += other.sums.missed;
        for (day, more) in self.days.iter_mut().zip(&other.days) {
            day.0 += more.0;
            day.1 += more.1;
        }
    }

    fn of<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        all.into_iter().fold(Self::default(), |mut sum, one| {
            sum.add(one);
            sum
        })
    }
}

/// How a running clock stands: the board counts as pages show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Ahead,
    Soon,
    Late,
}

/// The figures of each office and procedure in `within`. Drafts are nobody's work yet, and findings have a board of their own:
/// they are no cases of anybody's.
fn figures(
    board: &Board,
    today: Date,
    within: impl Fn(&Id) -> bool,
    standing: impl Fn(Time) -> Standing,
) -> BTreeMap<(Id, Id), Figures> {
    let mut all: BTreeMap<(Id, Id), Figures> = BTreeMap::new();
    let counted = |state: &&State| state.stage != Stage::Draft && state.procedure.as_str() != FINDING;
    for state in board.running().filter(counted).filter(|state| within(&state.office)) {
        let sums = &mut all.entry((state.office.clone(), state.procedure.clone())).or_default().sums;
        sums.open += 1;
        match state.case.as_ref().and_then(|case| board.due(case)).map(&standing) {
            Some(Standing::Soon) => sums.soon += 1,
            Some(Standing::Late) => sums.late += 1,
            Some(Standing::Ahead) | None => {}
        }
    }
    let first = today.saturating_sub(Span::new().days(SUMMED_DAYS - 1));
    let counted = board.tallies(first).filter(|tally| tally.procedure.as_str() != FINDING);
    for tally in counted.filter(|tally| within(tally.office)) {
        let of = all.entry((tally.office.clone(), tally.procedure.clone())).or_default();
        of.sums.kept += tally.kept;
        of.sums.missed += tally.missed;
        let ago = tally.day.until(today).map_or(-1, |span| span.get_days());
        let column = usize::try_from(ago).ok().and_then(|ago| (DRAWN_DAYS - 1).checked_sub(ago));
        if let Some(day) = column.and_then(|column| of.days.get_mut(column)) {
            day.0 += tally.kept;
            day.1 += tally.missed;
        }
    }
    all
}

fn standing(asked: &Asked, at: Time) -> Standing {
    match due_of(asked, at).standing.tone() {
        "late" => Standing::Late,
        "soon" => Standing::Soon,
        _ => Standing::Ahead,
    }
}

/// A clock that ends at midnight is told as the day before, which ends then.
pub fn due_of(asked: &Asked, at: Time) -> Due {
    let midnight = pack::days::local(at).time() == jiff::civil::Time::midnight();
    show::due(asked, at, midnight, None, false)
}

/// The offices from the reader's own down to the one above `office`.
fn above(asked: &Asked, office: &Id) -> Vec<(Id, Title)> {
    let definitions = &asked.city.casework.book().definitions;
    let own = asked.actor.as_ref().and_then(|actor| actor.post()).map(|post| &post.office);
    if own == Some(office) {
        return Vec::new();
    }
    let mut chain = Vec::new();
    for up in definitions.chain(office).skip(1) {
        chain.push((up.id.clone(), up.title.clone()));
        if Some(&up.id) == own {
            break;
        }
    }
    chain.reverse();
    chain
}

fn show_office(asked: &Asked, office: &Id) -> Result<Answer, Oops> {
    let mut view = of_office(asked, office)?;
    let definitions = &asked.city.casework.book().definitions;
    let below = |state: &State| state.stage != Stage::Draft && definitions.lies_in(&state.office, office);
    asked.words("q").unwrap_or_default().clone_into(&mut view.query);
    view.found = numbered::cases(asked, &view.query, "supervise", below)?;
    Ok(Answer::page(board::show(&asked.frame(Face::Staff), &view)))
}

/// The figures of an office that the reader may supervise.
pub fn of_office(asked: &Asked, office: &Id) -> Result<board::View, Oops> {
    supervises(asked, office)?;
    let definitions = &asked.city.casework.book().definitions;
    let within = |id: &Id| definitions.lies_in(id, office);
    let all = asked
        .city
        .casework
        .board(|board| figures(board, today(asked.now), within, |at| standing(asked, at)))?;
    let categories = categories(definitions, office, &all);
    Ok(board::View {
        above: above(asked, office),
        office: (office.clone(), show::office(asked, office)),
        sums: Figures::of(all.values()).sums,
        offices: offices(definitions, office, &categories, &all),
        procedures: procedures(definitions, &all),
        categories,
        at: asked.now,
        complaints: if asked.post()?.office == *office { queue::complaints(asked)? } else { Vec::new() },
        look_ups: look_ups(asked, definitions, office)?,
        query: String::new(),
        found: Vec::new(),
    })
}

/// What colleagues looked up at the counters here and below, those first who found nobody most often.
fn look_ups(
    asked: &Asked,
    definitions: &Definitions,
    office: &Id,
) -> Result<Vec<board::LookUps>, StoreError> {
    let first = today(asked.now).saturating_sub(Span::new().days(SUMMED_DAYS - 1));
    let mut rows = Vec::new();
    for one in definitions.offices.values().filter(|one| definitions.lies_in(&one.id, office)) {
        let counter = access::reading::counter(&one.id);
        let (looked, _) = asked.city.casework.record().fold::<Counter>(&counter)?;
        rows.extend(looked.since(first).into_iter().map(|(who, Looked { readings, missed })| {
            board::LookUps {
                who: asked.city.staff_name(&who).unwrap_or_default(),
                office: one.title.clone(),
                readings,
                missed,
            }
        }));
    }
    rows.sort_by(|a, b| (b.missed, b.readings, &a.who).cmp(&(a.missed, a.readings, &b.who)));
    Ok(rows)
}

type All = BTreeMap<(Id, Id), Figures>;

fn category_of<'a>(definitions: &'a Definitions, procedure: &Id) -> Option<&'a Id> {
    definitions.procedures.get(procedure).map(|procedure| &procedure.category)
}

/// The categories that are handled in the office or below.
fn categories(definitions: &Definitions, office: &Id, all: &All) -> Vec<(Id, Title)> {
    let below = definitions.offices.values().filter(|below| definitions.lies_in(&below.id, office));
    let mut handled: BTreeSet<&Id> = below.flat_map(|below| &below.handles).collect();
    handled.extend(all.keys().filter_map(|(_, procedure)| category_of(definitions, procedure)));
    let titled = definitions.categories.iter().filter(|(id, _)| handled.contains(id));
    titled.map(|(id, title)| (id.clone(), title.clone())).collect()
}

/// The office itself, where it handles anything, then those right below it, each with all that lies below.
fn offices(definitions: &Definitions, office: &Id, categories: &[(Id, Title)], all: &All) -> Vec<OfficeRow> {
    let row = |id: &Id, title: &Title, covers: &dyn Fn(&Id) -> bool| {
        let of_row: Vec<_> = all.iter().filter(|((place, _), _)| covers(place)).collect();
        let handles: BTreeSet<&Id> =
            definitions.offices.values().filter(|one| covers(&one.id)).flat_map(|one| &one.handles).collect();
        let cell = |(category, _): &(Id, Title)| {
            let of_category =
                of_row.iter().filter(|((_, one), _)| category_of(definitions, one) == Some(category));
            let mut of_category = of_category.map(|(_, figures)| *figures).peekable();
            let any = of_category.peek().is_some() || handles.contains(category);
            any.then(|| Figures::of(of_category).sums)
        };
        let cells = categories.iter().map(cell).collect();
        let whole = Figures::of(of_row.iter().map(|(_, figures)| *figures));
        OfficeRow { id: id.clone(), title: title.clone(), cells, sums: whole.sums, days: whole.days.to_vec() }
    };
    let own = definitions.offices.get(office);
    let handles =
        |one: &&pack::model::Office| !one.handles.is_empty() || all.keys().any(|(place, _)| *place == one.id);
    let itself = own.filter(handles).map(|own| row(&own.id, &own.title, &|id| *id == own.id));
    let below = definitions.offices.values().filter(|below| below.parent.as_ref() == Some(office));
    let mut rows: Vec<OfficeRow> =
        below.map(|one| row(&one.id, &one.title, &|id| definitions.lies_in(id, &one.id))).collect();
    if rows.is_empty() {
        return rows;
    }
    rows.splice(0..0, itself);
    rows
}

/// Procedures that have open cases or had clocks lately, the worst first.
fn procedures(definitions: &Definitions, all: &All) -> Vec<ProcedureRow> {
    let mut of_procedure: BTreeMap<&Id, Figures> = BTreeMap::new();
    for ((_, procedure), figures) in all {
        of_procedure.entry(procedure).or_default().add(figures);
    }
    let mut rows: Vec<ProcedureRow> = of_procedure
        .into_iter()
        .map(|(id, figures)| {
            let title = definitions.procedures.get(id).map(|procedure| procedure.title.clone());
            let title = title.unwrap_or_else(|| Title::new(id.as_str(), id.as_str()));
            ProcedureRow { id: id.clone(), title, sums: figures.sums, days: figures.days.to_vec() }
        })
        .collect();
    rows.sort_by_key(|row| Reverse((row.sums.late, row.sums.soon, row.sums.missed, row.sums.open)));
    rows
}

/// An open case, with when the first of what binds its office runs out, or what of that stands still.
type Running = (State, Option<(Time, SetBy)>, Option<Still>);

/// Open cases of a procedure, the most urgent first, and how many there are.
fn urgent(board: &Board, procedure: &Id, within: impl Fn(&Id) -> bool) -> (Vec<Running>, usize) {
    let open = |state: &&State| {
        state.procedure == *procedure && state.stage != Stage::Draft && within(&state.office)
    };
    let due = |state: &State| state.case.as_ref().and_then(|case| board.due_by(case));
    let mut all: Vec<_> = board.running().filter(open).map(|state| (due(state), state)).collect();
    all.sort_by_key(|(due, state)| (due.is_none(), *due, state.submitted));
    let total = all.len();
    let still = |state: &State| state.case.as_ref().and_then(|case| board.still(case));
    let shown = all.into_iter().take(MOST_CASES);
    (shown.map(|(due, state)| (state.clone(), due, still(state))).collect(), total)
}

pub fn cases(asked: &Asked) -> Result<Answer, Oops> {
    Ok(Answer::page(board::cases(&asked.frame(Face::Staff), &of_procedure(asked)?)))
}

/// The open cases of one procedure in an office and below.
pub fn of_procedure(asked: &Asked) -> Result<board::Cases, Oops> {
    let (office, procedure) = (Id::from(asked.param("office")), Id::from(asked.param("procedure")));
    supervises(asked, &office)?;
    let book = asked.city.casework.book();
    let within = |id: &Id| book.definitions.lies_in(id, &office);
    let (found, total) = asked.city.casework.board(|board| urgent(board, &procedure, within))?;
    let title = book.procedure(&procedure).map(|procedure| procedure.title.clone());
    let title = match title {
        None if found.is_empty() => return Err(Oops::Missing),
        title => title.unwrap_or_else(|| Title::new(procedure.as_str(), procedure.as_str())),
    };
    let mut offices = above(asked, &office);
    offices.push((office.clone(), show::office(asked, &office)));
    Ok(board::Cases {
        above: offices,
        procedure: title,
        cases: found.iter().map(|running| line(asked, running)).collect::<Result<_, _>>()?,
        total: total as u64,
    })
}

fn line(asked: &Asked, (state, due, still): &Running) -> Result<board::Case, StoreError> {
    let casework = &asked.city.casework;
    let edition = state.edition.map(|edition| casework.edition(edition)).transpose()?.flatten();
    let book = edition.unwrap_or_else(|| Arc::clone(casework.book()));
    let procedure = book.procedure(&state.procedure);
    let correcting = state.stage == Stage::Correcting;
    let open = state.open_steps().next();
    let step = open.and_then(|(id, _)| procedure?.flow.step(id.as_str())).map(|step| step.title.clone());
    let waiting = || Title::new("等待补正", "Waiting for a correction");
    Ok(board::Case {
        case: state.case.as_ref().map(|case| case.id.to_string()).unwrap_or_default(),
        office: show::office(asked, &state.office),
        stage: if correcting { waiting() } else { step.unwrap_or_default() },
        holder: open.and_then(|(_, step)| asked.city.staff_name(step.holder.as_ref()?)),
        submitted: state.submitted,
        due: match due {
            Some((due, _)) => Some(due_of(asked, *due)),
            None => still.map(|still| show::still(still.left)),
        },
        set_by: due.map(|(_, set_by)| set_by),
    })
}

/// A case that the reader may supervise.
pub fn supervised(asked: &Asked, case: &ObjectRef) -> Result<View, Oops> {
    asked.signed_in()?;
    let view = asked.city.casework.view(case)?;
    let permit = |action| asked.city.casework.permit(case, &view, action, &asked.ask()).ok_or(Oops::Missing);
    let decision = permit("supervise")?;
    match decision.allowed() {
        true => Ok(view),
        // To those who may not even see the case it is not there.
        false if !permit("read-case")?.allowed() => Err(Oops::Missing),
        false => Err(Oops::denied(&decision)),
    }
}

/// One case, event by event.
pub fn case(asked: &Asked) -> Result<Answer, Oops> {
    asked.signed_in()?;
    let case = asked.case()?;
    let view = supervised(asked, &case)?;
    let office = &view.state.office;
    let mut offices = above(asked, office);
    offices.push((office.clone(), show::office(asked, office)));
    let trail = Trail {
        above: offices,
        case: case.id.to_string(),
        title: view.procedure().map(|procedure| procedure.title.clone()).unwrap_or_default(),
        office: show::office(asked, office),
        stage: show::stage(&view),
        steps: show::steps(asked, &view),
        clocks: show::clocks(asked, &view),
        happened: show::happenings(asked, &view, &case, Telling { linked: true, open: false })?,
    };
    Ok(Answer::page(board::case(&asked.frame(Face::Staff), &trail)))
}
