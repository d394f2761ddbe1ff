## The frame

brand = Lianchi
home = Home
home-title = Find what you need done
skip = Skip to content
trail = You are here
close = Close
yes = Yes
no = No
nav-main = Main
nav-services = Services
nav-cases = My cases
nav-verify = Check a receipt
nav-desk = My queue
nav-counter = Counter
nav-board = Board
nav-record = The record
nav-foot = Foot
foot-line =
    We watch the work of the authorities, never the lives of the people. You see every time your data is
    read.
sign-in = Sign in
sign-out = Sign out
register = Open an account
error-prefix = {"Error: "}
error-title = There is something to put right
go-back = Go back
go-home = Go to the start
pages = Pages
page-previous = Previous
page-next = Next
page-of = Page { $page } of { $last }
opens-new = (opens in a new window)

## Keyboard

keys-open = Shortcuts
keys-title = Keyboard shortcuts
keys-search = Search
keys-next = Next row or case
keys-previous = Previous row or case
keys-enter = Open the row in focus
keys-queue = Go to my queue
keys-counter = Go to the counter
keys-board = Go to the board
keys-moves = Jump to what can be done
keys-help = Show this list

## Kiosk

kiosk-finish = Finish and leave
kiosk-still-there = Are you still there?
kiosk-wipes-soon = Your entries will be wiped from this screen. Seconds left:
kiosk-stay = I am still here
kiosk-wipes =
    When you leave, or after two minutes without a touch, this screen wipes everything you entered and
    keeps nothing.

## Finding

search-label = Search services
search-placeholder = Such as lost id card, newborn, csdj
search-go = Search
home-lead = Use your own words: Chinese, pinyin, its initials or English.
home-popular = Often asked for
home-waiting = { $count ->
    [one] One of your cases waits for you
   *[other] { $count } of your cases wait for you
    }
home-all = { $count ->
    [one] The one service
   *[other] All { $count } services
    }
home-promises = What you can count on here
home-law = The law is shown.
home-law-more =
    Each paper and each limit comes with the article's own words; what has none is marked as the
    office's own wish.
home-clocks = The days are counted openly.
home-clocks-more = You see the step, who has it, the day it is due and how that day was counted.
home-reads = Every look is on the record.
home-reads-more = You are told who read your data, when, and for what purpose.
home-proof = Receipts can be checked.
home-proof-more = Anyone can check a receipt offline; the record cannot be altered unseen.
found-title-empty = Search services
found-title = Results for “{ $query }”
found-count = { $count ->
    [one] 1 service
   *[other] { $count } services
    }
found-none = Nothing found. Try other words, or look under a heading.
numbered-title = Cases with this number
found-blank = Say what you want done, in your own words, or give the number of a service; signed in, at least four characters of the number of your case. Or look under a heading.
found-elsewhere = In an emergency, and to call the police, dial 110; for a traffic accident also 122. Traffic violations and fines are looked up and paid in the app of 12123, the traffic police. To complain of the police dial 12389; for other matters of government 12345.
found-instead = Look under a heading

## A service

service-item = Item { $item }
service-who = Who may ask
service-gives = What you get
service-valid = valid for { $length }
service-duty = Come within
service-limit = How long it takes
service-fee = Fee
service-channels = Where to ask
service-promise = the office's own promise
service-by-law = the law's limit
service-runs-from = It begins to run with: { $what }.
service-counted = How the days are counted
service-no-limit = The law sets no limit, and the office promises none
service-begin-title = Apply now
service-by-office = An office starts this by itself; nobody applies for it.
service-from = This can be asked for from { $day } on.
service-replaced = Another service has taken the place of this one.
service-replaced-go = Go to the new service
service-window-only = This can only be asked for at a window.
service-sign-in = Sign in first. What you fill in is used for this alone.
service-sign-in-go = Sign in and begin
service-blank = See what you will be asked
service-office = Which office is to handle it
service-begin = Begin
service-steps = What happens
service-withdrawable = You may withdraw at any time before it is decided.
service-law = The law
service-law-of-limit = Beside the article on its time limit no law was verified for this; for the rest the office handles it by its own rules.
service-no-law = No article of law was verified for this; the office handles it by its own rules.
service-offices = Offices
law-in-chinese = Articles are quoted in Chinese, the language of the law.
audience-person = Residents
audience-enterprise = Enterprises and bodies
audience-foreigner = Foreigners
channel-window = Window
channel-web = Website
channel-phone = Phone
channel-kiosk = Self-service screen
fee-free = Free of charge
fee-none = No fee is listed for it
fee-by-law = by law
fee-set-by = A fee is due; the amount is set by { $by } and not stated here
fee-when = (where { $when })
fee-otherwise = (otherwise)
step-sometimes = only when needed
step-pauses = clocks stand still: { $why }
step-pauses-own = the office’s own time stands still
materials = Papers
materials-none = No papers are needed.
materials-hint = A photo, a scan or a PDF, at most 20 MB each. On a phone you can take the picture here.
materials-window = At the window the originals are looked at; nothing need be attached.
material-from = From: { $from }.
material-by-law = Asked for by
material-by-office = The office's own wish; no article asks for it
material-optional = may be missing
material-when = sometimes
material-hangs-on = depends on: { $fields }
file-remove = Remove
file-waits = waits to be sent
file-held = waits to be sent; it could not be kept on this device, so do not leave this page before

## A form

form-refresh = Update the questions
form-optional = (optional)
form-choose = Choose
form-save = Save
form-continue = Save and check
form-saves = Your answers are saved as you type.
form-no-script = This browser runs no scripts: press Save before you leave.
form-saving = Saving…
form-saved = Saved
form-saved-mend = Saved as typed; what is marked still has to be put right
form-kept =
    No network. Your answers are kept on this device only, sent when the network is back, and removed
    once handed in or when you sign out.
form-lost = Not saved; check the network
carried-along =
  You are signed out, and nothing was done with what you sent. Sign in again: what you typed comes along, for you to look
  through and send once more.
carried-too-long =
  You are signed out, and nothing was done with what you sent. It is too long to come along: go back, copy it, and then sign in.
carried-title = Look through it and send it again
carried-lead =
  What you sent was not carried out: you were signed out, or acted in another post. Here is what you typed: send it again if it is right.
carried-put-off = What you typed stands below and is not lost. Try again in a moment.
carried-files = Files do not come along and have to be chosen again: { $files }.
carried-send = Send it again
carried-leave = Do not send it; go back to the page
carried-outcome = Outcome
carried-reasons = Reasons
carried-words = Words
carried-stars = Stars
carried-name = Name
carried-to = To whom
carried-queue = Back into the queue
carried-post = Post
carried-role = Role
carried-office = Office
other-post = You act in another post now
other-post-lead = This form was opened as { $drawn }. Since then you act as { $now }: you switched, perhaps in another window. Nothing was carried out.
other-post-along = Switch back, look through what you typed, and send it.
other-post-copy = What you typed cannot come along. Copy it from here before you switch back.
other-post-gone = You do not hold that post any more. What you typed stands here, to be copied.
other-post-typed = What you typed
other-post-back = Switch back: act as { $drawn }
form-out = You are signed out. What you typed is kept on this device, and saved once you have signed in again.
form-out-lost = You are signed out, and what you typed last is not saved: press “{ $save }” and sign in to go on.
form-copy = There is no network: this is the form as you opened it last. Go on filling it in; it is saved when the network is back, and so are files that you attach.
form-waits = Not sent yet, and kept on this device only: { $names }. Sent when the network is back; signing out removes what waits.
form-waits-here = Not sent yet: { $names }. Sent when the network is back; do not leave this page before.
form-camera = Take a picture
hint-identity-number = 18 characters; the last may be an X
hint-vin = 17 characters, on the vehicle licence or at the foot of the windscreen
hint-credit-code = 18 characters, on the business licence
hint-plate = Such as 冀F12345
hint-choices = Choose all that apply
hint-file = A photo, a scan or a PDF
unit-yuan = yuan
answer-none = Not given
stages = Stages
stage-fill = Fill in
stage-check = Check
stage-sent = Handed in
check-title = Check your answers
check-untouched = Asked for and not changed yet
check-marks = What bears no mark is as it was handed in before.
check-change = Change
check-declare = Hand it in
check-true = By handing it in you say that what you filled in is true.
check-goes-to = It goes to { $office }.
check-free = Free of charge.
check-no-fee = No fee is listed for it.
check-fee = { $title }: { $fee }, paid when it is handled.
check-fee-open = { $title }: the amount depends on answers that are not given yet.
check-send = Hand in
check-send-correction = Hand in the correction
check-back = Go back and change
sent-title = Handed in
sent-next = What happens next
sent-with = Your application is with { $office }.
sent-due = { $what } is due by
sent-follow = Follow it
handed-title = What you handed in
handed-what = Service
handed-see = See what you handed in
handed-print = Print

## Signing in

account-login = Sign-in name
account-name = Name
account-number = Identity number
account-name-hint = As in your identity document
account-password = Password
account-password-hint = At least 10 characters; a sentence will do
account-none = No account yet?
account-have = Have an account?
register-lead = A name, a sign-in name and a password. Anything else is asked only when a service needs it.
demo-title = Demonstration sign-ins
demo-lead = This is a demonstration city: one press signs you in as any of these. Do not enter real data.

## Following a case

cases-none = You have no cases.
cases-find = Find a service
cases-open = In hand
cases-ended = Closed
stage-draft = Draft
stage-open = In hand: { $step }
stage-waiting = Waits for the applicant's correction
stage-correcting = Waits for your correction
stage-ended = Closed: { $how }
case-number = Number
case-submitted = Handed in
case-steps = Steps
case-clocks = Deadlines
case-events = Everything that happened
events-filling = { $count ->
    [one] One earlier event of filling in
   *[other] { $count } earlier events of filling in
    }
case-events-show = { $count ->
    [one] Show the one event
   *[other] Show all { $count } events
    }
case-actions = What you can do
case-office = Office
case-given = What you received
put-right-after = Corrected after it was over
put-right-after-more = Something that the office had written down was wrong, and was put right after the case was over:
case-reads = Who has read your data
case-reads-more = Each reading of personal data needs a stated purpose and stands on the record.
case-reads-none = Nobody has yet.
read-when = When
read-who = Who
read-office = Office
read-purpose = Purpose
read-what = What
valid-until = valid until
valid-always = valid until revoked
valid-unsaid = what said how long it is valid has been erased
correct-asked = Please correct
correct-until = Answer by
correct-clocks-stand = While we wait for you, the office's clocks stand still.
correct-go = Correct it
correct-here = The office asks
correct-only = Only this has to be corrected. Whatever else you change is marked for the office as well.
mark-correction = Correction { $nth }
mark-changed = corrected as asked
mark-unchanged = asked for, not changed
mark-unasked = changed without being asked for
file-added = added with a correction
file-superseded = superseded by a newer file
file-taken-back = taken back
rate = How well were you served?
rate-five = Very well
rate-four = Well
rate-three = Fairly
rate-two = Badly
rate-one = Very badly
rate-words = In your words
rate-more = Your rating goes on the record, where supervisors see it.
rate-go = Send the rating
rated = Your rating: { $stars } of 5
stars-given = { $stars } of 5 stars
withdraw = Withdraw the application
withdraw-more = This ends the case. You may apply again.
withdraw-why = Why
withdraw-go = Withdraw
complain = Complain
complain-more = Somebody who had no hand in the case answers you in writing; supervisors see every complaint.
complain-words = What happened
complain-go = Send the complaint
complaints = Complaints
complaint-reply = {"Answer: "}
complaint-closed = Closed without an answer, since its words were erased.
complaint-open = Waits for an answer
step-open = Now
step-since = since
step-nobody-yet = nobody yet
step-skipped = not needed
step-unreached = not reached: the case was over
step-reasons = {"Reasons: "}
step-by-silence = by silence
by-timer = the timer
entry-number = entry { $n }
entry-of = { $n } of { $size }
clock-least = Until the end of this time the step may not be done:
clock-office = The office must do this by
clock-party = The applicant must do this by
clock-was = It was to be done by
clock-no-date = no date could be counted
clock-promise = Promised within { $length }, that is
clock-promise-still = Promised within { $length }:
clock-how = How it was counted
clock-undecided = The law does not say how these days are counted; the stated default is used.
clock-own = A limit that the office sets itself
clock-started = Started
clock-stopped = Stopped
clock-stood-still = Stood still
clock-until-now = now
clock-extended = Extended
due-by = due
due-left = { $length } left
due-today = due today
due-late = { $length } overdue
due-paused = standing still
due-kept = kept
due-over = case over, no longer running
due-left-then = { $length } left once it goes on
due-then = it has a date only once it goes on
due-missed = missed
due-provisional = (provisional until the year's holidays are published)
length-minutes = { $n ->
    [one] 1 minute
   *[other] { $n } minutes
    }
length-hours = { $n ->
    [one] 1 hour
   *[other] { $n } hours
    }
length-workhours = { $n ->
    [one] { $n } working hour
   *[other] { $n } working hours
    }
length-days = { $n ->
    [one] 1 day
   *[other] { $n } days
    }
length-workdays = { $n ->
    [one] 1 working day
   *[other] { $n } working days
    }
length-months = { $n ->
    [one] 1 month
   *[other] { $n } months
    }
length-years = { $n ->
    [one] 1 year
   *[other] { $n } years
    }

## Receipts

receipt = Receipt
receipt-get = See the receipt
receipt-service = Service
receipt-what = What
receipt-at = When
receipt-entry = Entry
receipt-leaf = Digest of the entry
receipt-root = Root of the checkpoint
receipt-origin = Log
receipt-code = QR code of the address for checking
receipt-scan = Scan to check
receipt-means =
    This receipt proves that the above stands on the record. Anyone can check it, without asking the
    office.
receipt-download = Download the proof
receipt-print = Print
document-number = On the record
document-holder = Holder
document-office = Issued by
document-issued = Issued
document-valid = Validity
document-delivered = Handed over
document-not-delivered = not yet
document-of = Issued in
document-case = Case number
document-revoked = No longer stands
document-revoked-more = what it rests on was taken up again. Do not rely on it.
document-replaced = Replaced
document-replaced-by = See the one that stands.
document-replaced-more = a later one stands in its place. Do not rely on this one.
document-over = Its validity is over
document-corrected = Something on it was corrected after it was issued. What stands here is the corrected wording.
document-closed = Whose it is and what it says of them is sealed. State a purpose to see it.
document-means =
    The proof shows that this document was issued: by which office, when, and in which case. Anyone can check it,
    without asking the office. Names and answers are not in the proof.
verify-lead = Upload or paste a receipt to see whether it is true. No sign-in is needed and nothing is kept.
verify-file = The receipt's file (.tlog-proof)
verify-text = Or paste its text
verify-go = Check
verify-good = The receipt is true
verify-good-more = The entry lies under a signed checkpoint.
verify-bad = The receipt does not hold
verify-bad-more = Make sure the file is whole and unchanged. If it still does not hold, tell a supervisor.
verify-signed = Signed
verify-today = Today
verify-stands = it stands
verify-offline = Check it without this site
verify-offline-more = On your own computer, with no network, run the following. Compare the key with what the office publishes elsewhere: without it a receipt proves only that it agrees with itself.

## Refusals

refused-unreadable = This cannot be read
refused-not-now = Not at the moment
refused-denied = You may not do this
refused-no-post = You act for yourself at present. If this is the work of one of your posts, choose the post first.
refused-because = Why
refused-no-policy = No policy permits it.
refused-missing = There is no such page
refused-missing-more = The address may be wrong, or the page is not yours to see.
refused-overtaken = A colleague was faster
refused-overtaken-own = You did something here yourself meanwhile, in another window or on another device
refused-impossible = This is not possible now
refused-nothing-lost-own = What you did just now had no effect and overwrote nothing of what you did before.
refused-nothing-lost = What you did just now had no effect and overwrote nothing.
refused-possible = What is possible now
refused-see-now = See the case as it is now
refused-large = The file is too large
refused-large-more = A file may have at most { $most }. Make it smaller, or split it.
refused-file = The file was not taken
file-too-large = `{ $name }` has { $size }, and a file may have { $most }: scan it at a lower resolution, compress it or split it, and choose it again
file-far-too-large = `{ $name }` has more than { $size }, and a file may have { $most }: scan it at a lower resolution, compress it or split it, and choose it again
file-together = files that are sent at once may have { $most } together, and `{ $name }` was not taken: choose it again by itself
file-empty = `{ $name }` is empty: choose the file again
file-kind = `{ $name }` is of a kind that cannot be attached: use PDF, OFD, a picture (JPEG, PNG, WebP, GIF, HEIC, TIFF), text or Office, each of at most { $most }
file-cut-off = `{ $name }` did not arrive whole: choose it again
file-busy = too much is being sent at once, and `{ $name }` was not taken: choose it again in a moment
form-cut-off = the form did not arrive whole: look through what stands here, and send it again
refused-many = Too many attempts
refused-many-more = Try again in { $seconds } seconds.
refused-broken = Something broke
refused-broken-more = It is our fault, not yours. What you handed in is not lost.
refused-number = When you report it, give this number

## Without a network

offline-title = No network
offline-lead = The page returns with the network.
unsent =
    { $names } had not been sent when this was handed in from elsewhere, and is not attached. Ask the office whether it is needed.
offline-waits = ({ $names } not sent yet)
offline-drafts = Drafts on this device
offline-drafts-more = Not handed in yet, those that were opened here among them. They are removed from this device once handed in, or when you sign out.
blank-lead = Fill it in at leisure, even without a network
blank-more = What you type stays on this device and is put in for you when you begin. Papers are added then.
blank-no-script = This browser runs no scripts, so what you type here is not kept. Begin directly instead.
blank-go = Go and begin

## The desk

queue-count = { $count ->
    [one] 1 step to do
   *[other] { $count } steps to do
    }
queue-counts = By urgency
queue-empty = Nothing to do.
queue-complaints = Complaints for you to answer
queue-due = Due
queue-case = Case
queue-step = Step
queue-holder = Holder
queue-since = Since
queue-mine = me
queue-no-clock = no deadline
queue-by-law = by law
queue-by-office = as the office set itself
queue-by-promise = as promised
count-all = all
count-late = overdue
count-soon = due soon
count-paused = standing still
count-mine = mine
count-free = unassigned
filter = Filter
filter-all = All
filter-query = Number or service
filter-office = Office
filter-role = Role
filter-procedure = Procedure
filter-go = Filter
filter-clear = Clear
work-moves = What you can do
work-nothing = There is nothing for you to do now.
work-answers = Application
work-answers-duty = What was entered
words-erased = (erased)
words-sealed = what was written is sealed
words-elsewhere = What people wrote in this case is sealed here.
words-at-desk = Read it at the desk, under a purpose
said-reasons = reasons that were given
said-corrections = what is to be corrected
said-complaints = complaints and their answers
said-rating = the rating
refused-typed = What you had written:
work-recorded = Recorded by the steps
work-given = Documents given
amend = Correct
amend-hint = Put right only what was written down wrongly. What stood before stays on the record, with who corrected it, why and when; the person concerned can see it.
amend-hint-duty = Put right only what was written down wrongly. What stood before stays on the record, with who corrected it, why and when.
amend-go = Correct the record
amend-before = {"before: "}
amend-after = {"now: "}
work-neighbours = Neighbours in the queue
work-previous = Previous case
work-next = Next case
work-changed = This case has just changed.
work-reload = Load it again
personal-open = What is personal is shown
personal-purpose = Purpose
personal-noted = Each reading is put on the record, and the person can see it.
personal-noted-duty = Each reading is put on the record, and supervisors can see it.
personal-sealed = personal, sealed
personal-denied = You may not read what is personal here.
personal-erased = What was personal was erased.
personal-kept = The personal answers that were entered are sealed. State a purpose to see and change them.
counter-purpose = Why you look the applicant up
personal-state = State a purpose to read what is personal
personal-show = Show
paper-at-window = Shown at the window
paper-missing = Not attached
move-hindered = Not yet possible
move-outcome = Outcome
move-reasons = Reasons
move-reasons-shown = Reasons (the applicant will read them)
move-note = Note (optional)
move-record = Record it
outcome-with-reasons = (reasons needed)
outcome-ends = (ends the case)
correct-hint = Beside each item, say what is wrong and how to mend it, all at once. Leave the rest blank.
correct-send = Ask for the correction
hand-over-go = Hand it over
hand-over-to = Hand over to
hand-over-alone = Nobody else holds this post. You can put the step back, for whoever holds it next.
reply-sealed = State a purpose beside this, and the complaint stands here.
reply-send = Send the answer
reply-words = Answer
counter-service = Choose the service
counter-other = Choose another
counter-applicant = Applicant
counter-applicant-hint = The identity number on their card, or the name by which they sign in. It is used only to find their account.
counter-who = Is it this person?
counter-somebody-else = Somebody else
counter-name-hint = As on the document that you have seen.
counter-number = Identity number (optional)
counter-number-hint = As on the card that you have seen. Leave it empty for somebody who has none, a foreigner say: they are then found by their sign-in name.
counter-number-missing = Their identity number (optional)
counter-number-note = Their account has none yet. Enter it from the card that you have seen, and from now on they are found by it.
counter-login = Sign-in name (optional)
counter-login-hint = Where they want one of their own: 2 to 64 letters, digits or characters, without blanks. Left empty, one is drawn for them.
counter-open = Open an account for them
counter-open-lead = For an applicant who has none, once you have seen their identity document. They get a sign-in name and a one-time code, with which they can follow the case themselves, today, later or never.
counter-opened = Account opened
counter-waits = They have not chosen a password yet. If the code that they were given is lost or void, give them another.
counter-correct = The number on the account is wrong
counter-correct-lead = For a number that was noted on the wrong account, or misread. What stood there stays on the record, sealed; the holder of this account sees that it was put right, by whom and why.
counter-correct-number = Their own identity number (optional)
counter-correct-number-hint = As on the card that you have seen. Left empty, the wrong number is taken off, and the account has none.
counter-correct-go = Put the number right
counter-corrected = The number was put right.
counter-look-up = Look up

## The board

board-at = As of
board-search = Number of a case, or at least four characters of it
board-search-none = No running case here has such a number. Type at least { $least } characters of it that stand together; for a case that is over, the whole number.
board-open = In hand
board-kept = Kept in time, 30 days (what is late counts)
board-all = All
board-days = Last 14 days
board-look-ups = Applicants looked up at counters
board-look-ups-more = Of the last thirty days. Whoever was found sees it on their account; a look-up that finds nobody leaves this trace alone. The number itself is never kept.
board-look-ups-rest = { $count } more
board-looker = Colleague
board-looked-read = Readings
board-looked-missed = Nobody found
board-offices = By office and category
board-legend = Each cell: in hand, overdue, due soon. The deeper the colour, the larger the share overdue.
board-procedures = By procedure
board-none = No cases.
board-not-handled = not handled
board-itself = This office itself
board-cases = { $shown } of { $total } cases
cell-late = { $count } overdue
cell-soon = { $count } soon
bars = Last { $days } days: { $kept } kept, { $missed } missed
record-entries = Entries
record-uncovered = Not yet under a checkpoint
record-objects = Objects
record-store = Store
record-whole = The record is whole
record-broken = The record is broken
record-unchecked = Not yet verified as a whole
record-checked = { $n } entries verified
record-verify = Verify now
record-verifying = Being verified…
checkpoint = Checkpoint
checkpoint-none = There is no checkpoint yet.
checkpoint-size = Entries covered
checkpoint-note = The signed note
witnesses = Witnesses
witnesses-none = There are none. With another body's signature the record could not be forked in secret.
witness-signed = signed up to { $n }
witness-not-yet = has not signed yet
entry-neighbours = Neighbouring entries
entry-previous = Previous entry
entry-next = Next entry
entry-id = Event
entry-at = Happened
entry-by = By
entry-cause = Caused by
entry-corrects = Corrects
entry-corrected = Corrected by
entry-objects = Objects
entry-raw = The event itself
entry-proof = Proof
entry-no-proof = The next checkpoint will cover it.
entry-proof-more = This entry lies under the checkpoint over { $size } entries.
entry-path = { $count ->
    [one] The path: 1 digest
   *[other] The path: { $count } digests
    }

## My account

nav-account = My account
own-since = Account since
own-number-noted = Noted at a counter
own-number-corrected = Put right: the number that stood here was wrong
own-number-taken-off = Taken off: the number that stood here was not yours
own-posts = Posts
own-post-now = you act in it now
own-password = Password
own-password-since = Set on
own-password-change = Change the password
own-password-old = The password that you have
own-password-new = The new password
own-password-ends = You are then signed out everywhere else.
own-code = { $who } last gave you a one-time sign-in code on
own-sessions = Where you are signed in
own-sessions-most = You can be signed in at { $count } places at once; one more ends the one longest unused.
own-opened = Signed in
own-device = Device
own-device-unknown = unknown device
own-seen = Last used
own-this = this one
own-end = Sign out there
own-end-all = Sign out everywhere else
own-reads-all = { $count ->
    [one] The one reading
   *[other] All { $count } readings
    }
own-data = Your data
own-data-more =
    The file holds everything on the record that is about you, in a format that other programs read
    (OCEL 2.0): what you answered, what happened in your cases, who looked, and every change to your
    account. Papers that you attached are with their cases.
own-download = Download my data
own-erase = Erase my data
own-wish = You asked for erasure on
post-switch = Switch post
post-choose = Choose a post
post-lead = You act in one post at a time: what you may do in one adds nothing to what you may do in another.
post-own = For myself, in my own affairs
code-title = Choose a password
code-lead = The code is right. It serves once: from now on you sign in with the password that you choose here, which nobody else knows.
code-go = Set it and sign in
erase-count = { $count ->
    [one] One case in all.
   *[other] { $count } cases in all.
  }
erase-goes = What goes now
erase-nothing = Nothing can go at the moment.
erase-account = Your account: name, sign-in name, telephone number and password. You cannot sign in any more.
erase-answers = What you filled in and attached: { $what }
erase-stays = What stays for now, and why
erase-account-stays = Your account
erase-running = It runs. The office needs what you gave to handle it, and must keep it for a time after it ends.
erase-until = The office keeps it until
erase-for-good = The office keeps it for good, as part of its archive.
erase-always = What stays for good
erase-always-more =
    Which service a case was of, its steps and how they ended, which kinds of papers you attached, their times
    and offices, how many stars you gave, and who looked at your data and why: without your name, under a number
    that says nothing about you. So do a few answers that tell nothing of your life, such as how a document was
    to reach you and whether an agent applied. Everything else that you answered goes with the case.
    With these the record still proves that nothing was altered. The words of complaints, ratings and
    reasons, and the names of attached files, go with the case. A complaint that waits for an answer is closed.
erase-gone = { $count ->
    [one] One case was erased before.
   *[other] { $count } cases were erased before.
    }
erase-waits = What stays for now goes by itself when its time is over. You need not come back for it.
erase-call-off = I no longer want it
erase-later = Your wish is kept, and what stays for now goes by itself when its time is over.
erase-confirm = Confirm
erase-confirm-more = The keys to your data are destroyed. Nobody can bring it back, we cannot either.
erase-sure = I understand that what is erased cannot be brought back
erase-go = Erase it

## Those who work here

nav-staff = People
staff-take-on = Take somebody on
staff-count = { $count ->
    [one] 1 person
   *[other] { $count } people
    }
staff-none = Nobody.
staff-standing = Standing
staff-working = working
staff-locked = locked
staff-no-sign-in = cannot sign in
staff-former = former
staff-held = Work in hand
staff-held-none = No step lies with them.
staff-and = {", "}
staff-account = Account
staff-account-new = A new one: they get a one-time code with which to choose a password
staff-since = In post since
staff-account-known = One that they have already: the post is added to it
staff-name-hint = As it stands on their badge; applicants and colleagues see it. Not needed for an account that exists.
staff-login-hint = 2 to 64 letters, digits or characters, without blanks; only they and you know it.
staff-new-lead = Whoever works here acts in a post: a role in an office.
staff-reasons-hint = They stand on the record, where the person and auditors can read them.
staff-no-post = They hold no post.
staff-given-by = given by { $who }
staff-locked-since = Locked since
staff-code-open = A one-time code holds until
staff-grant = Give a post
staff-revoke = Take back
staff-revoke-more = It takes effect at once, also where they are signed in. What lies with them in this post goes back into the queue.
staff-lock = Lock the account
staff-lock-more = They are signed out everywhere at once and cannot sign in. What lies with them goes back into the queue.
staff-unlock = Unlock the account
staff-reset = Give a one-time code
staff-reset-more = For somebody who has forgotten the password: with the code they choose a new one. The old one serves until then.
staff-hand-on = Hand on all work
staff-hand-on-more = For somebody who is ill, on leave or leaving. A step goes only to a colleague who may do it.
staff-to-queue = back into the queue
staff-themselves = they themselves
staff-code = One-time code
staff-code-for = For { $name }, to be given to nobody else:
staff-code-until = It holds until
staff-code-more =
    They sign in with their sign-in name and this code in place of a password, and then choose a
    password that nobody else knows. The code is shown this once; if it is lost, give another.
staff-code-done = I have noted it

## Editions

nav-editions = Editions
edition-lead =
    A running case stays in the edition of the rules in which it began. These cases are not in the
    current one; you can move them to it on purpose.
edition-current = Current edition
edition-none = Every running case is in the current edition.
edition-cases = Running cases
edition-no-cases = No running case is left in an older edition.
edition-differs = Differs for them
edition-what = What differs from edition
edition-same = Nothing differs for this procedure.
edition-fields = Questions
edition-added = new
edition-gone = gone
edition-changed = changed
edition-was = before:
edition-is = now:
edition-fits = can be moved
edition-refused = does not fit
edition-opens = The step “{ $step }” opens.
edition-passes = The step “{ $step }” is not asked for: what comes after it is done.
edition-unasked = “{ $what }” was never asked for in this case. It goes on without; an open step can have it asked for as a correction.
edition-not-running = does not run
edition-carry-out = Move to the current edition
edition-carry-out-more = It cannot be undone. The party sees it in their case.
edition-go = { $count ->
    [one] Move the one case that fits
   *[other] Move the { $count } cases that fit
    }
edition-go-one = Move this case
edition-moved = { $count ->
    [one] 1 case moved
   *[other] { $count } cases moved
    }
edition-left = These stay where they are

## Oversight

nav-findings = Findings
nav-models = Models
nav-maps = Process maps
findings-ways = Pages of oversight
findings-closed-lately = closed, 30 days
findings-trend = How many are open
findings-trend-words = Open findings at the end of each of the last { $days } days: from { $first } to { $last }.
findings-ages = Where the open ones lie, and how old they are
findings-age-within = up to { $days } days
findings-age-over = over { $days } days
findings-all-offices = All together
findings-none-again = Nothing happened more than once.
findings-shown = { $shown } of { $total } findings
findings-groups = What happens again and again
findings-groups-hint = Findings of one model in one office belong together.
findings-none = No finding is open.
findings-severity = How bad
findings-model = What must hold
findings-open = Open
findings-ever = All
findings-oldest = Oldest
findings-found = Found
findings-list = One by one
findings-which = Which
findings-engine = The engine of oversight
findings-engine-off = The engine does not run: the packs have no procedure for findings, or the server has only just started.
findings-engine-words = { $models } models run; { $read } entries of the record are read; { $lives } lives are open and take about { $size } of memory; { $evicted } that are over were let go.
findings-engine-through = History was gone through: { $gone } objects since the server started.
findings-engine-going = History is being gone through, { $gone } objects so far; still to come: { $kinds }.
findings-unready = These models cannot run
finding-desk = Work on it
finding-what = The finding
finding-cases = Cases
finding-deadline = Deadline
finding-at = Certain since
finding-again = The same model in this office
finding-again-words = { $open } open, { $all } in all
finding-edition = Edition of the packs
finding-model = What was broken
finding-model-gone = (the packs in force have this model no more; it is told as it was when this was found)
finding-model-changed = (this model says something else by now; it is told as it was when this was found)
finding-on-board = On the board of findings, with its proofs
finding-evidence = Evidence
finding-evidence-hint = Each event is an entry of the record: open it, and save its proof.
finding-no-evidence = What should have happened did not; the case itself is the evidence.
finding-asked = this asked for it
models-count = { $all } models: { $written } written, { $derived } derived from procedures.
models-fit = { $fit } of them fit.
models-search = A model's name
models-origin = Origin
models-runs = Runs
models-live = over the record
models-idle = does not run over the record
models-no-findings = It found nothing.
models-source = As a pack would have it
maps-about = Each map is drawn from the record: which step came right after which, how often, how long after. An edge leads to its cases, and from there to the single event.
maps-cases = { $count ->
    [one] { $count } case
   *[other] { $count } cases
}
maps-sums = { $cases ->
    [one] One case went its way.
   *[other] { $cases } cases went in { $variants ->
        [one] one way
       *[other] { $variants } ways
    }.
}
maps-drawn = Of { $total } edges the { $shown } most frequent are drawn.
maps-of-all = (Those of { $all } that fit.)
maps-left-out = The { $count } cases that were closed longest ago are not kept for maps any more.
maps-objects = Which objects to follow
maps-zone = Days begin at midnight in { $zone }, where the first event of the log was written.
maps-since = Begun from
maps-until = Begun until
maps-outcome = Outcome
maps-with = In which this happened
maps-without = In which this did not
maps-beside = Beside the edges
maps-beside-count = How often
maps-beside-cases = In how many cases
maps-beside-mean = Mean time
maps-beside-median = Median time
maps-beside-p90 = Nine in ten within
maps-beside-longest = Longest time
maps-colour = Colour
maps-colour-plain = No colours
maps-colour-time = By time
maps-colour-fit = By what the procedure allows
maps-lines = At most so many edges
maps-one-way = Only one way is shown.
maps-all-ways = Show all ways
maps-none-left = No case fits. Ask for less.
maps-alt = The map: what followed what in { $cases } cases, as in the table below
maps-save = Save this drawing (SVG)
maps-waits = Where cases wait
maps-waits-hint = Waiting: from when a step could be done (or from the event before) until somebody began with it, or else until it was done. The most in all comes first.
maps-waits-step = By step
maps-waits-office = By office
maps-waits-both = By step and office
maps-where = Step or office
maps-in-cases = Cases
maps-total = In all
maps-served = Median once begun
maps-again = What is done again
maps-again-none = No case did a step twice.
maps-again-in = { $count ->
    [one] One case did some step more than once.
   *[other] { $count } cases did some step more than once.
}
maps-again-steps = Steps done again
maps-again-loops = Ways round
maps-times-again = Times more
maps-fit = Whether it is as the procedure wants
maps-fit-words = Held against “{ $procedure }” as it stands: fitness { $fitness }; { $count } of { $all } agree in everything.
maps-fit-hint = Fitness: the moves that the procedure allows, of all moves that were made and all required steps that are missing.
maps-odd = Cases that do not agree
maps-last = Last event
maps-wrong = Moves that are not allowed
maps-wrong-times = { $count ->
    [one] once not allowed
   *[other] { $count } times not allowed
}
maps-wrong-count = How much is wrong
maps-why = Why not
maps-missing = Required steps that are missing
maps-never = Allowed, and never happened ({ $count })
maps-edges = What followed what
maps-edges-hint = Each leads to its cases, those that took longest first.
maps-follows = First → right after it
maps-ways = The most frequent ways
maps-how-often = How often
maps-mean = Mean
maps-median = Median
maps-p90 = 9 in 10
maps-longest = Longest
maps-between = Time

## Logs from elsewhere

nav-logs = Logs from elsewhere
logs-about = Event logs that you bring from elsewhere: look at their maps here, and check them with models. A log is a working file of your office and no part of the city's record; on that stands who brought it, for what purpose, and when it was deleted. Nobody can be looked up in it: cases open from a map or from a finding.
logs-name = Log
logs-state = How far it is
logs-purpose = Purpose
logs-purpose-hint = It goes on the record.
logs-by = Who brought it
logs-choose = Choose
logs-bring = Bring a log
logs-mapping = What the columns are (for CSV alone)
logs-mapping-hint = Which column is the case, the activity, the time; the others become attributes.
logs-untimed = Events without a time stand at the time of the one before
logs-file = The log's file
logs-file-hint = XES, OCEL (JSON, XML, SQLite) or CSV, also compressed with gzip, at most { $most }. An office keeps at most { $kept }.
logs-go = Send and read it
logs-size = Size
logs-reading = It is being read: { $events } events so far
logs-whole = It is read: { $events } events of { $activities } activities, { $objects } objects of { $kinds ->
    [one] one type
   *[other] { $kinds } types
}
logs-refused = { $count ->
    [one] It cannot be taken in: there is one problem
   *[other] It cannot be taken in: there are { $count } problems
}
logs-problems = Problems
logs-more-problems = And { $count } more.
logs-map = Process maps
logs-objects = { $count }
logs-check = Check it with models
logs-check-packs = { $count ->
    [one] Check it with one model of the packs
   *[other] Check it with { $count } models of the packs
}
logs-check-none = No model of the packs speaks of what this log holds. Bring models of your own.
logs-check-declared = What the models that were brought along found
logs-models = Models of your own
logs-models-hint = The text of Declare (.decl) as RuM and Declare4Py write it, at most 256 KB.
logs-models-go = Send and check
logs-delete = Delete it
logs-delete-hint = The log and what was found in it go for good; the record keeps who deleted it and when.
logs-delete-go = Delete this log
logs-found = What models found
logs-all-models = Show what all models found
logs-waiting = It is read when it is opened.
logs-event-at = { $event } ({ $place })
logs-apart = { $count ->
    [one] One event belongs to no case
   *[other] { $count } events belong to no case
 } and is met nowhere; the first is event { $first }. Give it its case in the file and bring that again.
logs-unnamed = { $count ->
    [one] One event has no activity
   *[other] { $count } events have no activity
 } and is told as “log:unnamed”; the first is event { $first }. Give it one in the file and bring that again.
logs-checking = The log is being checked, for { $seconds } seconds so far; it may take { $most }.
logs-checking-hint = This page shows what is found as soon as it is there. The check ends when nobody looks at this page.
logs-check-late = The check was ended after { $most } seconds, { $share } % of the way
logs-check-late-hint = Some model compares every event of a long case with every other. Leave it out, give it a window of time, or check the log with the command `lianchi check`, which takes as long as it needs.
logs-check-left = The check was ended, since nobody looked at its page.
logs-check-again = Check again
logs-findings = { $shown } of { $total } findings.
logs-findings-more = { $count } more are not told one by one.
logs-broken = Break it
logs-kept = Keep it
logs-idle = Not spoken of
logs-times = Breaches
logs-case = Case
logs-model = In plain words
logs-event = event { $n }
logs-events = What happened
logs-events-words = { $shown } of { $total } events, in their order. Of attributes those are told that models speak of.
logs-proves = evidence
logs-verdict = Verdict
verdict-violated = broken
verdict-violated-at-deadline = not done by the deadline
verdict-satisfied = kept
verdict-possibly-satisfied = kept so far
verdict-possibly-violated = broken so far
