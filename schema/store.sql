-- The store of kairan: what is held, who was asked, what is to be sent, who receives, and
-- what happened. Each "schema version N" section brings a store from version N-1 to N and
-- runs in one transaction; sections are only ever added. Times are seconds since the
-- epoch. States are the numbers of policy/lifecycle.h and of schema/store_*.h.

-- schema version 1

CREATE TABLE draft (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	state         INTEGER NOT NULL,
	submit_key    BLOB NOT NULL UNIQUE,  -- the same message submitted again is one draft
	queue_id      TEXT NOT NULL,
	broadcast     TEXT NOT NULL,         -- address
	broadcast_ja  TEXT NOT NULL,
	broadcast_en  TEXT NOT NULL,
	list          TEXT NOT NULL,
	section       TEXT NOT NULL,         -- DN
	section_ja    TEXT NOT NULL,
	section_en    TEXT NOT NULL,
	author_dn     TEXT NOT NULL,
	subject       TEXT NOT NULL,
	text          TEXT NOT NULL,
	characters    INTEGER NOT NULL,
	submitted_at  INTEGER NOT NULL,
	expires_at    INTEGER NOT NULL,
	decided_at    INTEGER,
	decided_by    TEXT,                  -- user id
	decided_name  TEXT,
	reason        TEXT,
	due_at        INTEGER,
	released_at   INTEGER,
	recipients    INTEGER
);
CREATE INDEX draft_by_state ON draft (state, due_at);

-- The mail as it came, octet for octet.
CREATE TABLE original (
	draft         INTEGER PRIMARY KEY REFERENCES draft (id),
	octets        BLOB NOT NULL
);

-- The people of a draft: number 0 is its author, the others were asked to decide.
CREATE TABLE party (
	draft         INTEGER NOT NULL REFERENCES draft (id),
	number        INTEGER NOT NULL,
	role          TEXT NOT NULL,         -- staff, approver, delegate
	uid           TEXT NOT NULL,
	dn            TEXT NOT NULL,
	mail          TEXT NOT NULL,
	name          TEXT NOT NULL,
	language      TEXT NOT NULL,
	PRIMARY KEY (draft, number)
) WITHOUT ROWID;

-- Notices to be mailed. They are rendered when they are sent.
CREATE TABLE outbox (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	state         INTEGER NOT NULL,
	kind          TEXT NOT NULL,         -- name of the template
	draft         INTEGER,               -- NULL: about a mail that became no draft
	party         INTEGER,
	mail          TEXT NOT NULL,
	name          TEXT NOT NULL,
	language      TEXT NOT NULL,
	facts         TEXT NOT NULL,         -- JSON object: what the templates ask beyond the draft
	created_at    INTEGER NOT NULL,
	next_try      INTEGER NOT NULL,
	tries         INTEGER NOT NULL DEFAULT 0,
	response      TEXT NOT NULL DEFAULT ''
);
CREATE INDEX outbox_by_next_try ON outbox (state, next_try);
CREATE INDEX outbox_by_draft ON outbox (draft, kind);

CREATE TABLE subscriber (
	list          TEXT NOT NULL,
	address_key   TEXT NOT NULL,         -- the address, case folded
	address       TEXT NOT NULL,         -- as registered
	domain        TEXT NOT NULL,
	state         INTEGER NOT NULL,
	joined_at     INTEGER NOT NULL,
	PRIMARY KEY (list, address_key)
) WITHOUT ROWID;

CREATE TABLE shard (
	draft         INTEGER NOT NULL REFERENCES draft (id),
	number        INTEGER NOT NULL,
	state         INTEGER NOT NULL,
	recipients    INTEGER NOT NULL,
	queue_id      TEXT NOT NULL DEFAULT '',
	changed_at    INTEGER NOT NULL,
	next_try      INTEGER NOT NULL,
	tries         INTEGER NOT NULL DEFAULT 0,
	response      TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (draft, number)
) WITHOUT ROWID;
CREATE INDEX shard_by_next_try ON shard (state, next_try);

-- Fixed when the release falls due, so that a shard is the same at every try.
CREATE TABLE shard_recipient (
	draft         INTEGER NOT NULL,
	shard         INTEGER NOT NULL,
	position      INTEGER NOT NULL,
	address       TEXT NOT NULL,
	PRIMARY KEY (draft, shard, position)
) WITHOUT ROWID;

-- Art. 8. hash = SHA-256 over the previous row's hash and this row (see store_audit.c).
CREATE TABLE audit (
	seq           INTEGER PRIMARY KEY,
	at            INTEGER NOT NULL,
	uid           TEXT NOT NULL,
	role          TEXT NOT NULL,
	draft         INTEGER NOT NULL,      -- 0: about no draft
	action        TEXT NOT NULL,
	outcome       TEXT NOT NULL,
	detail        TEXT NOT NULL,
	queue_id      TEXT NOT NULL,
	previous      BLOB NOT NULL,
	hash          BLOB NOT NULL
);
CREATE INDEX audit_by_draft ON audit (draft, seq);

-- The broadcast addresses as the directory last had them, for a start without LDAP.
CREATE TABLE snapshot (
	mail          TEXT PRIMARY KEY,
	list          TEXT NOT NULL,
	name_ja       TEXT NOT NULL,
	name_en       TEXT NOT NULL,
	sections      TEXT NOT NULL          -- DNs, one a line
) WITHOUT ROWID;

-- schema version 2

ALTER TABLE draft ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0;       -- Art. 13-2(1)
ALTER TABLE draft ADD COLUMN send_at INTEGER NOT NULL DEFAULT 0;      -- 0: as soon as may be
ALTER TABLE draft ADD COLUMN quiet_hours TEXT NOT NULL DEFAULT '';    -- "": the setting
ALTER TABLE draft ADD COLUMN corrects INTEGER NOT NULL DEFAULT 0;     -- draft, Art. 13-3
ALTER TABLE draft ADD COLUMN in_reply_to TEXT NOT NULL DEFAULT '';    -- Message-ID of that one
ALTER TABLE draft ADD COLUMN warnings TEXT NOT NULL DEFAULT '';       -- JSON array
ALTER TABLE draft ADD COLUMN reminders INTEGER NOT NULL DEFAULT 0;    -- how many were sent
ALTER TABLE draft ADD COLUMN remind_at INTEGER NOT NULL DEFAULT 0;    -- 0: no more
CREATE INDEX draft_by_remind ON draft (state, remind_at);
CREATE INDEX draft_by_released ON draft (broadcast, released_at);

-- How often it was handed over again although it may have been queued.
ALTER TABLE shard ADD COLUMN repeated INTEGER NOT NULL DEFAULT 0;

ALTER TABLE snapshot ADD COLUMN quiet_hours TEXT NOT NULL DEFAULT '';
ALTER TABLE snapshot ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0;

-- Art. 7. One row while it lasts.
CREATE TABLE suspension (
	broadcast     TEXT PRIMARY KEY,      -- address; "": all of them
	since         INTEGER NOT NULL,
	until         INTEGER NOT NULL,      -- 0: until it is resumed
	reason        TEXT NOT NULL,
	uid           TEXT NOT NULL          -- the administrator
) WITHOUT ROWID;

-- What the administrators were told, until it clears.
CREATE TABLE alarm (
	name          TEXT PRIMARY KEY,      -- what it is about: "section DN", ...
	reason        TEXT NOT NULL,         -- alarm.REASON is its sentence
	detail        TEXT NOT NULL,         -- the entries
	raised_at     INTEGER NOT NULL,
	told_at       INTEGER NOT NULL DEFAULT 0  -- 0: not yet
) WITHOUT ROWID;

-- Art. 12. Who was warned of a password's age, and how often for that password.
CREATE TABLE password_warning (
	uid           TEXT PRIMARY KEY,
	changed_at    INTEGER NOT NULL,
	days_left     INTEGER NOT NULL       -- of the last warning
) WITHOUT ROWID;

-- schema version 3

-- Whether each recipient's mail has an envelope sender of its own (VERP).
ALTER TABLE draft ADD COLUMN verp INTEGER NOT NULL DEFAULT 0;

-- schema version 4

-- Art. 8. seal = HMAC-SHA256 over the hash, by a key that is not in the store (seal_key is its
-- id; 0: the row is older than seals).
ALTER TABLE audit ADD COLUMN seal_key INTEGER NOT NULL DEFAULT 0;
ALTER TABLE audit ADD COLUMN seal BLOB NOT NULL DEFAULT x'';

CREATE INDEX audit_by_uid ON audit (uid, seq);

-- Where the chain begins ("start": the last row that was let go at the end of its time) and
-- ends ("end"), so that rows missing at either side are seen.
CREATE TABLE audit_mark (
	name          TEXT PRIMARY KEY,
	seq           INTEGER NOT NULL,
	hash          BLOB NOT NULL,
	seal_key      INTEGER NOT NULL,
	seal          BLOB NOT NULL
) WITHOUT ROWID;

-- The duties as the directory last had them, to see what was changed (Art. 10, 11).
CREATE TABLE duty (
	section       TEXT NOT NULL,         -- DN
	duty          TEXT NOT NULL,         -- approver, delegate, staff
	person        TEXT NOT NULL,         -- DN
	section_ja    TEXT NOT NULL,
	section_en    TEXT NOT NULL,
	uid           TEXT NOT NULL,
	name          TEXT NOT NULL,
	status        TEXT NOT NULL,         -- an approver's: active, suspended, revoked
	PRIMARY KEY (section, duty, person)
) WITHOUT ROWID;

-- How far something outside has been read: name -> position.
CREATE TABLE position (
	name          TEXT PRIMARY KEY,
	value         TEXT NOT NULL
) WITHOUT ROWID;

-- How many joined and left a list, and when.
CREATE TABLE subscriber_change (
	at            INTEGER NOT NULL,
	list          TEXT NOT NULL,
	joined        INTEGER NOT NULL,
	gone          INTEGER NOT NULL
);
CREATE INDEX subscriber_change_by_time ON subscriber_change (at);

-- schema version 5

-- What tells a person or section that was renamed from another one ('': unknown), and the
-- person's addresses, with spaces between them.
ALTER TABLE duty ADD COLUMN section_id TEXT NOT NULL DEFAULT '';
ALTER TABLE duty ADD COLUMN person_id TEXT NOT NULL DEFAULT '';
ALTER TABLE duty ADD COLUMN mails TEXT NOT NULL DEFAULT '';

-- The latest writes in the directory that came into the audit trail, by their reqStart
-- (slapo-accesslog(5)), so that none comes twice.
CREATE TABLE directory_write (
	start         TEXT PRIMARY KEY
) WITHOUT ROWID;

-- schema version 6

-- A new draft is compared with those that were approved lately, among years of them.
CREATE INDEX draft_by_decided ON draft (broadcast, decided_at);

-- schema version 7

-- What people have said is their signature: the hash of what stood below a decision
-- (policy/reply_words.h), and so much of it that an administrator knows it again.
CREATE TABLE signature (
	uid           TEXT NOT NULL,
	person_id     TEXT NOT NULL,         -- stays when the person is renamed; '': unknown
	hash          TEXT NOT NULL,
	first_line    TEXT NOT NULL,
	lines         INTEGER NOT NULL,
	learned_at    INTEGER NOT NULL,
	draft         INTEGER NOT NULL,      -- whose decision it came with
	queue_id      TEXT NOT NULL,
	PRIMARY KEY (uid, person_id, hash)
) WITHOUT ROWID;
CREATE INDEX signature_by_person ON signature (person_id, hash);

-- Lines below replies that were in the way, as hashes, and of whom: what stands below the
-- replies of several people comes from the mail system.
CREATE TABLE line_below (
	hash          TEXT NOT NULL,
	uid           TEXT NOT NULL,
	seen_at       INTEGER NOT NULL,      -- last
	PRIMARY KEY (hash, uid)
) WITHOUT ROWID;
CREATE INDEX line_below_by_time ON line_below (seen_at);

-- schema version 8

-- Replies that were dealt with, each under a hash of what makes it the same mail, so that
-- none is answered twice; and how many of a person's came about a draft.
CREATE TABLE reply (
	key           BLOB PRIMARY KEY,
	draft         INTEGER NOT NULL,      -- 0: about none
	uid           TEXT NOT NULL,
	at            INTEGER NOT NULL,
	counts        INTEGER NOT NULL       -- 1: it changed nothing, and was to be answered
) WITHOUT ROWID;
CREATE INDEX reply_by_draft ON reply (draft, uid, at);
CREATE INDEX reply_by_time ON reply (at);

-- schema version 9

-- Hand-overs of a shard that were begun, and the last of them that the milter has offered: each
-- is offered once.
ALTER TABLE shard ADD COLUMN claimed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE shard ADD COLUMN offered INTEGER NOT NULL DEFAULT 0;

-- Who said 緊急承認 of a draft that staff did not mark, and is to say it once more.
CREATE TABLE urgency (
	draft         INTEGER NOT NULL,
	uid           TEXT NOT NULL,
	mail_id       TEXT NOT NULL,         -- of that reply
	reason        TEXT NOT NULL,
	at            INTEGER NOT NULL,
	PRIMARY KEY (draft, uid)
) WITHOUT ROWID;
-- Why an approved draft that is due stays where it is ('': it does not), and when that is looked
-- at again.
ALTER TABLE draft ADD COLUMN stays TEXT NOT NULL DEFAULT '';
ALTER TABLE draft ADD COLUMN look_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE draft ADD COLUMN stays_since INTEGER NOT NULL DEFAULT 0;

-- How many drafts somebody has written within the hour.
CREATE INDEX draft_by_submitted ON draft (submitted_at);

-- Mails that kairan sends to itself, to see what becomes of its mail on the way: what was
-- written, and where each was seen (milter/core/probe_mail.h). They are let go after a week.
CREATE TABLE probe (
	id            INTEGER PRIMARY KEY,   -- by chance; in the token
	at            INTEGER NOT NULL,      -- its Date
	sender        TEXT NOT NULL,         -- its From
	answer        TEXT NOT NULL DEFAULT '', -- the mail system's, when it was handed over
	watched       INTEGER NOT NULL DEFAULT 0 -- 1: the daemon waits for it
);
CREATE TABLE probe_sight (
	probe         INTEGER NOT NULL,
	stage         INTEGER NOT NULL,      -- 1: filter, 2: copy in the pipe, 3: login, 4: came past
	at            INTEGER NOT NULL,
	queue_id      TEXT NOT NULL,
	login         TEXT NOT NULL,
	difference    TEXT NOT NULL,         -- '': as it was written
	mta_at        INTEGER NOT NULL,      -- the mail system's clock; 0: unknown
	signature     TEXT NOT NULL,         -- 'SELECTOR DOMAIN' of DKIM; '': none
	PRIMARY KEY (probe, stage)
) WITHOUT ROWID;

-- How often more people were called because nobody answered, and when the next are (0: not any
-- more; -1: it is to be planned).
ALTER TABLE draft ADD COLUMN calls INTEGER NOT NULL DEFAULT 0;
ALTER TABLE draft ADD COLUMN call_at INTEGER NOT NULL DEFAULT -1;

-- Suspensions that are to begin (Art. 7), and what of them and of others the people of the
-- sections are to be told.
CREATE TABLE suspension_plan (
	broadcast     TEXT PRIMARY KEY,      -- address; "": all of them
	since         INTEGER NOT NULL,
	until         INTEGER NOT NULL,      -- 0: until it is resumed
	reason        TEXT NOT NULL,
	uid           TEXT NOT NULL,         -- the administrator
	notify        INTEGER NOT NULL
) WITHOUT ROWID;
ALTER TABLE suspension ADD COLUMN notify INTEGER NOT NULL DEFAULT 0;
CREATE TABLE suspension_news (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	event         TEXT NOT NULL,         -- planned, begun, ended, cancelled
	broadcast     TEXT NOT NULL,
	since         INTEGER NOT NULL,
	until         INTEGER NOT NULL,
	reason        TEXT NOT NULL
);

-- What goes with an approver's status (Art. 6): its end, item and reason, as one text.
ALTER TABLE duty ADD COLUMN status_facts TEXT NOT NULL DEFAULT '';

-- Instructions to approvers about their staff (Art. 6-2).
CREATE TABLE instruction (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	section_ja    TEXT NOT NULL,
	section_en    TEXT NOT NULL,
	person_uid    TEXT NOT NULL,         -- whom it is about
	person_name   TEXT NOT NULL,
	approver_uid  TEXT NOT NULL,         -- who is instructed
	approver_dn   TEXT NOT NULL,
	reason        TEXT NOT NULL,
	made_at       INTEGER NOT NULL,
	answer_by     INTEGER NOT NULL,      -- 0: no time is set
	answered_at   INTEGER NOT NULL DEFAULT 0,
	reminded_at   INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX instruction_by_time ON instruction (answered_at, reminded_at, answer_by);

-- How often an alarm was raised, and when last; ' REASON ' of each that was told.
ALTER TABLE alarm ADD COLUMN count INTEGER NOT NULL DEFAULT 1;
ALTER TABLE alarm ADD COLUMN last_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE alarm ADD COLUMN told TEXT NOT NULL DEFAULT '';
UPDATE alarm SET last_at = raised_at,
	told = CASE WHEN told_at <> 0 THEN ' ' || reason || ' ' ELSE '' END;
-- Alarms that were told, and are over: the administrators are to hear of that, too.
CREATE TABLE alarm_over (
	number        INTEGER PRIMARY KEY,
	name          TEXT NOT NULL,
	reason        TEXT NOT NULL,
	raised_at     INTEGER NOT NULL,
	over_at       INTEGER NOT NULL,
	count         INTEGER NOT NULL
);

-- Art. 9. What was reported, and what was found and done.
CREATE TABLE incident (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	state         INTEGER NOT NULL,
	at            INTEGER NOT NULL,
	uid           TEXT NOT NULL,         -- who reported it
	name          TEXT NOT NULL,
	mail          TEXT NOT NULL,
	language      TEXT NOT NULL,
	subject       TEXT NOT NULL,
	cause         TEXT NOT NULL DEFAULT '',
	measure       TEXT NOT NULL DEFAULT '',
	closed_at     INTEGER NOT NULL DEFAULT 0, -- 0: it is open
	closed_by     TEXT NOT NULL DEFAULT ''
);
CREATE INDEX incident_by_state ON incident (state, id);

-- The report itself, replies to its mails, and what the administrators noted, in order.
CREATE TABLE incident_note (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	incident      INTEGER NOT NULL REFERENCES incident (id),
	at            INTEGER NOT NULL,
	uid           TEXT NOT NULL,
	name          TEXT NOT NULL,
	text          TEXT NOT NULL,         -- as far as it can be shown
	original      BLOB                   -- the mail; NULL: none, or too large
);
CREATE INDEX incident_note_by_incident ON incident_note (incident, id);

-- schema version 10

-- Where a subscriber comes from (Art. 2(2)): 1 agreed to the terms by mail, 2 recognised by an
-- administrator, 3 taken over from an older system; and what belongs to it.
ALTER TABLE subscriber ADD COLUMN source INTEGER NOT NULL DEFAULT 3;
ALTER TABLE subscriber ADD COLUMN source_by TEXT NOT NULL DEFAULT '';     -- the administrator
ALTER TABLE subscriber ADD COLUMN source_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE subscriber ADD COLUMN terms TEXT NOT NULL DEFAULT '';         -- version agreed to
ALTER TABLE subscriber ADD COLUMN consent_id TEXT NOT NULL DEFAULT '';    -- that mail's Message-ID
ALTER TABLE subscriber ADD COLUMN language TEXT NOT NULL DEFAULT '';      -- '': the setting
-- Since when it is in this state, why ('': it was asked for), and until when it pauses (0: no end).
ALTER TABLE subscriber ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE subscriber ADD COLUMN state_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE subscriber ADD COLUMN paused_until INTEGER NOT NULL DEFAULT 0;
UPDATE subscriber SET changed_at = joined_at;
CREATE INDEX subscriber_by_address ON subscriber (address_key);

-- Who has asked to be forgotten: HMAC-SHA256 of the address by a key that is not in the store
-- (seal_key is its id; 0: a key of zeros), so that an import does not take them again.
CREATE TABLE forgotten (
	hash          BLOB PRIMARY KEY,
	seal_key      INTEGER NOT NULL,
	at            INTEGER NOT NULL
) WITHOUT ROWID;
-- Whose address still stands somewhere: in a release under way, or where nobody has looked yet.
CREATE TABLE forgetting (
	address_key   TEXT PRIMARY KEY,
	at            INTEGER NOT NULL
) WITHOUT ROWID;

-- What mail systems reported of the recipients of a release, once for each. kind is policy/bounce.h's;
-- proven: nobody but the mail systems can have written it; judged: 0 not yet, 1 it is told of the
-- address, 2 of the release (its domain refused that as a whole).
CREATE TABLE bounce (
	draft         INTEGER NOT NULL,
	address_key   TEXT NOT NULL,
	list          TEXT NOT NULL,
	domain        TEXT NOT NULL,
	at            INTEGER NOT NULL,
	kind          INTEGER NOT NULL,
	status        TEXT NOT NULL,
	words         TEXT NOT NULL,         -- the mail system's, without addresses
	proven        INTEGER NOT NULL,
	judged        INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (draft, address_key)
) WITHOUT ROWID;
CREATE INDEX bounce_by_address ON bounce (list, address_key);
CREATE INDEX bounce_by_judged ON bounce (judged, at);

-- When the report of its release was completed with what came back (0: not yet).
ALTER TABLE draft ADD COLUMN completed_at INTEGER NOT NULL DEFAULT 0;
UPDATE draft SET completed_at = ifnull(released_at, 1) WHERE state = 4;
CREATE INDEX draft_by_completed ON draft (state, completed_at, released_at);

-- When a mail system reported that a notice which the MTA had taken did not arrive (0: never).
ALTER TABLE outbox ADD COLUMN bounced_at INTEGER NOT NULL DEFAULT 0;

-- What residents asked for by mail and have not confirmed yet, and what was answered of late.
CREATE TABLE resident_request (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	state         INTEGER NOT NULL,      -- 1 waits, 2 confirmed, 3 refused
	kind          INTEGER NOT NULL,      -- 1 join, 2 leave, 3 pause, 4 status
	list          TEXT NOT NULL,
	address_key   TEXT NOT NULL,
	address       TEXT NOT NULL,
	language      TEXT NOT NULL,
	terms         TEXT NOT NULL,         -- the version that was shown
	until         INTEGER NOT NULL,      -- of a pause
	host          TEXT NOT NULL,         -- '': it was proven who wrote
	mail_id       TEXT NOT NULL,
	made_at       INTEGER NOT NULL
);
CREATE INDEX resident_request_by_address ON resident_request (address_key, made_at);
CREATE INDEX resident_request_by_host ON resident_request (host, made_at);
CREATE INDEX resident_request_by_time ON resident_request (made_at);
-- What stands below the text of a broadcast, and where residents' answers go ('': to it): of an
-- address, and of a draft as it was when it was held.
ALTER TABLE snapshot ADD COLUMN footer TEXT NOT NULL DEFAULT '';
ALTER TABLE snapshot ADD COLUMN reply_to TEXT NOT NULL DEFAULT '';
ALTER TABLE draft ADD COLUMN footer TEXT NOT NULL DEFAULT '';
ALTER TABLE draft ADD COLUMN reply_to TEXT NOT NULL DEFAULT '';

-- Whom a signed leave address or link lets leave which list: what its token names. Gone with the
-- subscriber's row.
CREATE TABLE leaver (
	id            INTEGER PRIMARY KEY,   -- by chance, so that a restored store gives none anew
	list          TEXT NOT NULL,
	address_key   TEXT NOT NULL,
	UNIQUE (list, address_key)
);
CREATE TRIGGER leaver_gone AFTER DELETE ON subscriber BEGIN
	DELETE FROM leaver WHERE list = OLD.list AND address_key = OLD.address_key;
END;
-- Of a personal copy: its leaver (0: the shard is shared), and the key that signs for it.
ALTER TABLE shard ADD COLUMN leaver INTEGER NOT NULL DEFAULT 0;
ALTER TABLE shard ADD COLUMN leave_key INTEGER NOT NULL DEFAULT 0;
-- A release may have as many shards as recipients.
CREATE INDEX shard_by_draft ON shard (draft, state);
-- Is the broadcast a file of the archive (schema/store_archive.c)?
ALTER TABLE draft ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
CREATE INDEX draft_by_archived ON draft (archived, state) WHERE archived = 0;
CREATE INDEX subscriber_by_pause ON subscriber (paused_until) WHERE state = 4;
CREATE INDEX outbox_by_staff ON outbox (state, next_try, id) WHERE kind NOT GLOB 'resident-*';

-- A draft's texts for its broadcast's lists in other languages, in the order in which they were
-- written (policy/part.h); and the language of a shard ('': the draft's own text).
CREATE TABLE draft_text (
	draft         INTEGER NOT NULL REFERENCES draft (id),
	position      INTEGER NOT NULL,
	language      TEXT NOT NULL,         -- tag
	list          TEXT NOT NULL,
	subject       TEXT NOT NULL,
	text          TEXT NOT NULL,
	characters    INTEGER NOT NULL,
	in_reply_to   TEXT NOT NULL,         -- Message-ID of what it corrects; ''
	footer        TEXT NOT NULL,
	PRIMARY KEY (draft, position)
) WITHOUT ROWID;
ALTER TABLE shard ADD COLUMN language TEXT NOT NULL DEFAULT '';
-- When its own text is let go, so are they.
CREATE TRIGGER draft_text_gone AFTER UPDATE OF text ON draft WHEN NEW.text = '' BEGIN
	UPDATE draft_text SET text = '' WHERE draft = NEW.id;
END;
ALTER TABLE snapshot ADD COLUMN twins TEXT NOT NULL DEFAULT '';   -- "en bosai-en", one a line

-- schema version 11

-- Until when a courier hands the shard over at this moment (0: none does).
ALTER TABLE shard ADD COLUMN held_until INTEGER NOT NULL DEFAULT 0;
-- What the mail system's log says of releases (milter/round/delivery_round.c). Under which queue
-- ids their mails are; a row goes when the log says that its mail is gone.
CREATE TABLE delivery_queue (
	queue_id      TEXT PRIMARY KEY,
	draft         INTEGER NOT NULL,
	at            INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX delivery_queue_by_time ON delivery_queue (at);
-- Of a release and a domain: how many recipients it took and did not take, and when; how often it
-- has deferred or refused one since it took one for the last time, since when, and its words.
CREATE TABLE delivery_domain (
	draft         INTEGER NOT NULL,
	domain        TEXT NOT NULL,
	recipients    INTEGER NOT NULL DEFAULT 0, -- of the release; 0: nobody has counted
	sent          INTEGER NOT NULL DEFAULT 0,
	failed        INTEGER NOT NULL DEFAULT 0,
	first_at      INTEGER NOT NULL DEFAULT 0,
	last_at       INTEGER NOT NULL DEFAULT 0,
	refused       INTEGER NOT NULL DEFAULT 0,
	refused_since INTEGER NOT NULL DEFAULT 0,
	words         TEXT NOT NULL DEFAULT '',   -- without addresses
	told          INTEGER NOT NULL DEFAULT 0, -- is the alarm raised for this?
	PRIMARY KEY (draft, domain)
) WITHOUT ROWID;
CREATE INDEX delivery_domain_by_refused ON delivery_domain (refused) WHERE refused > 0;
-- How many had it by which step of policy/delivery_time.h.
CREATE TABLE delivery_time (
	draft         INTEGER NOT NULL,
	step          INTEGER NOT NULL,
	recipients    INTEGER NOT NULL,
	PRIMARY KEY (draft, step)
) WITHOUT ROWID;

-- What people wait for comes before what residents asked; in words that every database knows.
CREATE INDEX outbox_of_staff ON outbox (state, next_try, id)
	WHERE substr(kind, 1, 9) <> 'resident-';
DROP INDEX outbox_by_staff;

-- schema version 12

-- What is told of a release beside the mail (milter/round/publication_round.c): of each event of a
-- draft a row for each channel that is set. event: 1 it goes out, 2 it was stopped; channel: 1 feed,
-- 2 CAP, 3 program; state: 1 waits, 2 done, 3 dropped, 4 given up, 5 done, and its file is gone.
CREATE TABLE publication (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	draft         INTEGER NOT NULL,
	root          INTEGER NOT NULL,      -- the draft that it corrects at last (Art. 13-3), or itself
	entry         TEXT NOT NULL,         -- by what the root is known, "123.0a1b2c3d"
	broadcast     TEXT NOT NULL,
	event         INTEGER NOT NULL,
	channel       INTEGER NOT NULL,
	state         INTEGER NOT NULL,
	at            INTEGER NOT NULL,      -- of the event
	next_try      INTEGER NOT NULL,
	tries         INTEGER NOT NULL DEFAULT 0, -- that were begun
	response      TEXT NOT NULL DEFAULT '', -- why it failed
	UNIQUE (draft, event, channel)
);
CREATE INDEX publication_by_next_try ON publication (channel, state, next_try);
CREATE INDEX publication_by_root ON publication (root, channel, id);
-- Of a draft: 0 nothing is noted yet, 1 its release is, 2 no more is to be, as of every drill.
ALTER TABLE draft ADD COLUMN published INTEGER NOT NULL DEFAULT 0;
UPDATE draft SET published = 2 WHERE state IN (3, 4, 8);
CREATE INDEX draft_by_published ON draft (published, state);

-- Does it go to the drill list of its broadcast alone (【訓練】)? And the draft that it tries out,
-- whose approver wants to see it first (0: none).
ALTER TABLE draft ADD COLUMN drill INTEGER NOT NULL DEFAULT 0;
ALTER TABLE draft ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE snapshot ADD COLUMN drill TEXT NOT NULL DEFAULT '';   -- a list; '': there is none

-- An urgent release may have as many shards as recipients, too.
CREATE INDEX shard_of_draft_by_next_try ON shard (draft, state, next_try);
DROP INDEX shard_by_draft;
