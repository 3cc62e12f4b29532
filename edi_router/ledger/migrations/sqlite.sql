-- Made of the migrations of SHA-256 acccd7d01af7c7e7ff49fd0900fd3ccd9b4b8bb003c49eb31fdb68397e22af34
CREATE TABLE account (
	name TEXT NOT NULL,
	password TEXT NOT NULL,
	role TEXT NOT NULL,
	partner TEXT,
	language TEXT,
	disabled BIGINT DEFAULT '0' NOT NULL,
	created BIGINT NOT NULL,
	changed BIGINT NOT NULL,
	CONSTRAINT pk_account PRIMARY KEY (name)
);
CREATE TABLE acknowledgement (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	message TEXT NOT NULL,
	output TEXT,
	partner TEXT NOT NULL,
	kind TEXT NOT NULL,
	level TEXT NOT NULL,
	reference TEXT NOT NULL,
	within TEXT NOT NULL,
	sender TEXT NOT NULL,
	recipient TEXT NOT NULL,
	answer TEXT NOT NULL,
	detail TEXT NOT NULL,
	at BIGINT NOT NULL,
	CONSTRAINT fk_acknowledgement_message FOREIGN KEY(message) REFERENCES message (id),
	CONSTRAINT fk_acknowledgement_output FOREIGN KEY(output) REFERENCES output (id)
);
CREATE TABLE alarm (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	kind TEXT NOT NULL,
	"key" TEXT NOT NULL,
	open TEXT,
	severity TEXT NOT NULL,
	partner TEXT NOT NULL,
	subject TEXT NOT NULL,
	arguments TEXT NOT NULL,
	raised BIGINT NOT NULL,
	cleared BIGINT,
	escalated BIGINT DEFAULT '0' NOT NULL,
	CONSTRAINT uq_alarm_open UNIQUE (open)
);
CREATE TABLE alarm_notice (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	alarm BIGINT NOT NULL,
	channel TEXT NOT NULL,
	what TEXT NOT NULL,
	state TEXT NOT NULL,
	attempts BIGINT DEFAULT '0' NOT NULL,
	next_attempt BIGINT NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	CONSTRAINT uq_alarm_notice_alarm_channel_what UNIQUE (alarm, channel, what),
	CONSTRAINT fk_alarm_notice_alarm FOREIGN KEY(alarm) REFERENCES alarm (id)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0006');
CREATE TABLE batch (
	id TEXT NOT NULL,
	series TEXT NOT NULL,
	partner TEXT NOT NULL,
	state TEXT NOT NULL,
	cause TEXT NOT NULL,
	window BIGINT,
	closed BIGINT NOT NULL,
	messages BIGINT NOT NULL,
	late BIGINT DEFAULT '0' NOT NULL,
	output TEXT NOT NULL,
	parent TEXT,
	CONSTRAINT pk_batch PRIMARY KEY (id),
	CONSTRAINT fk_batch_output FOREIGN KEY(output) REFERENCES output (id)
);
CREATE TABLE books (
	date TEXT NOT NULL,
	page TEXT NOT NULL,
	sha256 TEXT NOT NULL,
	previous TEXT NOT NULL,
	at BIGINT NOT NULL,
	CONSTRAINT pk_books PRIMARY KEY (date)
);
CREATE TABLE clock (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	kind TEXT NOT NULL,
	level TEXT NOT NULL,
	subject TEXT NOT NULL,
	partner TEXT NOT NULL,
	agreement TEXT NOT NULL,
	terms TEXT NOT NULL,
	state TEXT NOT NULL,
	started BIGINT,
	warn BIGINT,
	due BIGINT,
	stopped BIGINT,
	look BIGINT,
	CONSTRAINT uq_clock_subject_kind_level UNIQUE (subject, kind, level)
);
CREATE TABLE control_number (
	stream TEXT NOT NULL,
	first BIGINT DEFAULT '1' NOT NULL,
	last BIGINT DEFAULT '0' NOT NULL,
	CONSTRAINT pk_control_number PRIMARY KEY (stream)
);
CREATE TABLE decision (
	id INTEGER NOT NULL,
	at BIGINT NOT NULL,
	date TEXT NOT NULL,
	kind TEXT NOT NULL,
	subject TEXT NOT NULL,
	verb TEXT NOT NULL,
	"by" TEXT NOT NULL,
	reason TEXT NOT NULL,
	CONSTRAINT pk_decision PRIMARY KEY (id)
);
CREATE TABLE delivery (
	id TEXT NOT NULL,
	output TEXT NOT NULL,
	destination TEXT NOT NULL,
	partner TEXT NOT NULL,
	name TEXT NOT NULL,
	state TEXT NOT NULL,
	again TEXT NOT NULL,
	"temporary" TEXT,
	fence BIGINT DEFAULT '0' NOT NULL,
	attempts BIGINT DEFAULT '0' NOT NULL,
	next_attempt BIGINT NOT NULL,
	made BIGINT NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	delivered BIGINT,
	CONSTRAINT pk_delivery PRIMARY KEY (id),
	CONSTRAINT fk_delivery_output FOREIGN KEY(output) REFERENCES output (id)
);
CREATE TABLE event (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	at BIGINT NOT NULL,
	date TEXT NOT NULL,
	kind TEXT NOT NULL,
	subject TEXT NOT NULL,
	partner TEXT NOT NULL,
	what TEXT NOT NULL,
	"before" TEXT,
	state TEXT,
	detail TEXT DEFAULT '{}' NOT NULL
);
CREATE TABLE fault (
	kind TEXT NOT NULL,
	subject TEXT NOT NULL,
	file TEXT NOT NULL,
	code TEXT NOT NULL,
	place TEXT NOT NULL,
	arguments TEXT NOT NULL,
	number BIGINT NOT NULL,
	rule TEXT,
	hint TEXT,
	CONSTRAINT pk_fault PRIMARY KEY (kind, subject, number),
	CONSTRAINT fk_fault_file FOREIGN KEY(file) REFERENCES file (id)
);
CREATE TABLE file (
	id TEXT NOT NULL,
	identity TEXT NOT NULL,
	partner TEXT NOT NULL,
	channel TEXT NOT NULL,
	name TEXT NOT NULL,
	sha256 TEXT NOT NULL,
	date TEXT NOT NULL,
	state TEXT NOT NULL,
	config TEXT NOT NULL,
	engine TEXT NOT NULL,
	counter BIGINT NOT NULL,
	size BIGINT NOT NULL,
	modified BIGINT NOT NULL,
	received BIGINT NOT NULL,
	removed BIGINT,
	format TEXT,
	settled TEXT,
	reason TEXT DEFAULT '' NOT NULL, inside TEXT,
	CONSTRAINT pk_file PRIMARY KEY (id),
	CONSTRAINT uq_file_identity_counter UNIQUE (identity, counter)
);
CREATE TABLE interchange (
	id TEXT NOT NULL,
	file TEXT NOT NULL,
	format TEXT NOT NULL,
	partner TEXT NOT NULL,
	sender TEXT NOT NULL,
	recipient TEXT NOT NULL,
	control_reference TEXT NOT NULL,
	content TEXT NOT NULL,
	decision TEXT NOT NULL,
	config TEXT NOT NULL,
	engine TEXT NOT NULL,
	position BIGINT NOT NULL,
	test BIGINT NOT NULL,
	sequence BIGINT NOT NULL,
	received BIGINT NOT NULL,
	duplicate_of TEXT,
	CONSTRAINT pk_interchange PRIMARY KEY (id),
	CONSTRAINT fk_interchange_file FOREIGN KEY(file) REFERENCES file (id)
);
CREATE TABLE login (
	id TEXT NOT NULL,
	account TEXT NOT NULL,
	csrf TEXT NOT NULL,
	address TEXT NOT NULL,
	created BIGINT NOT NULL,
	seen BIGINT NOT NULL,
	expires BIGINT NOT NULL,
	CONSTRAINT pk_login PRIMARY KEY (id),
	CONSTRAINT fk_login_account FOREIGN KEY(account) REFERENCES account (name)
);
CREATE TABLE message (
	id TEXT NOT NULL,
	file TEXT NOT NULL,
	interchange TEXT NOT NULL,
	partner TEXT NOT NULL,
	type TEXT NOT NULL,
	directory TEXT NOT NULL,
	reference TEXT NOT NULL,
	state TEXT NOT NULL,
	reason TEXT NOT NULL,
	date TEXT NOT NULL,
	config TEXT NOT NULL,
	engine TEXT NOT NULL,
	position BIGINT NOT NULL,
	"offset" BIGINT NOT NULL,
	length BIGINT NOT NULL,
	test BIGINT NOT NULL,
	entered BIGINT NOT NULL,
	agreement TEXT,
	settled TEXT,
	CONSTRAINT pk_message PRIMARY KEY (id),
	CONSTRAINT fk_message_file FOREIGN KEY(file) REFERENCES file (id),
	CONSTRAINT fk_message_interchange FOREIGN KEY(interchange) REFERENCES interchange (id)
);
CREATE TABLE message_output (
	message TEXT NOT NULL,
	output TEXT NOT NULL,
	role TEXT NOT NULL,
	CONSTRAINT pk_message_output PRIMARY KEY (message, output),
	CONSTRAINT fk_message_output_message FOREIGN KEY(message) REFERENCES message (id),
	CONSTRAINT fk_message_output_output FOREIGN KEY(output) REFERENCES output (id)
);
CREATE TABLE monthly (
	measure TEXT NOT NULL,
	month TEXT NOT NULL,
	partner TEXT NOT NULL,
	type TEXT NOT NULL,
	agreement TEXT NOT NULL,
	state TEXT NOT NULL,
	detail TEXT NOT NULL,
	way TEXT NOT NULL,
	hour BIGINT NOT NULL,
	span BIGINT NOT NULL,
	number BIGINT NOT NULL,
	CONSTRAINT pk_monthly PRIMARY KEY (measure, month, partner, type, agreement, state, detail, way, hour, span)
)
 WITHOUT ROWID

;
CREATE TABLE output (
	id TEXT NOT NULL,
	file TEXT NOT NULL,
	interchange TEXT NOT NULL,
	kind TEXT NOT NULL,
	destination TEXT NOT NULL,
	partner TEXT NOT NULL,
	name TEXT NOT NULL,
	format TEXT NOT NULL,
	sha256 TEXT NOT NULL,
	state TEXT NOT NULL,
	date TEXT NOT NULL,
	mapping TEXT,
	stream TEXT,
	settled TEXT,
	size BIGINT NOT NULL,
	made BIGINT NOT NULL,
	number BIGINT, control_reference TEXT, sender TEXT, recipient TEXT, answer TEXT, type TEXT DEFAULT '' NOT NULL, priority BIGINT DEFAULT '5' NOT NULL, series TEXT, batch TEXT,
	CONSTRAINT pk_output PRIMARY KEY (id),
	CONSTRAINT fk_output_file FOREIGN KEY(file) REFERENCES file (id),
	CONSTRAINT fk_output_interchange FOREIGN KEY(interchange) REFERENCES interchange (id),
	CONSTRAINT uq_output_stream_number UNIQUE (stream, number)
);
CREATE TABLE output_content (
	data BLOB NOT NULL,
	output TEXT NOT NULL,
	CONSTRAINT pk_output_content PRIMARY KEY (output),
	CONSTRAINT fk_output_content_output FOREIGN KEY(output) REFERENCES output (id)
);
CREATE TABLE output_reference (
	output TEXT NOT NULL,
	kind TEXT NOT NULL,
	value TEXT NOT NULL,
	CONSTRAINT pk_output_reference PRIMARY KEY (output, kind, value),
	CONSTRAINT fk_output_reference_output FOREIGN KEY(output) REFERENCES output (id)
);
CREATE TABLE partner_state (
	partner TEXT NOT NULL,
	paused BIGINT DEFAULT '0' NOT NULL,
	sequence BIGINT DEFAULT '0' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL, failures BIGINT DEFAULT '0' NOT NULL, first_failure BIGINT, last_contact BIGINT, next_contact BIGINT, failure TEXT DEFAULT '' NOT NULL, receiving BIGINT DEFAULT '0' NOT NULL,
	CONSTRAINT pk_partner_state PRIMARY KEY (partner)
);
CREATE TABLE proof (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	file TEXT NOT NULL,
	output TEXT,
	way TEXT NOT NULL,
	form TEXT NOT NULL,
	result TEXT NOT NULL,
	subject TEXT NOT NULL,
	serial TEXT NOT NULL,
	fingerprint TEXT NOT NULL,
	algorithm TEXT NOT NULL,
	sha256 TEXT NOT NULL,
	until BIGINT,
	at BIGINT NOT NULL,
	CONSTRAINT fk_proof_file FOREIGN KEY(file) REFERENCES file (id),
	CONSTRAINT fk_proof_output FOREIGN KEY(output) REFERENCES output (id)
);
CREATE TABLE reference (
	message TEXT NOT NULL,
	kind TEXT NOT NULL,
	value TEXT NOT NULL,
	CONSTRAINT pk_reference PRIMARY KEY (message, kind, value),
	CONSTRAINT fk_reference_message FOREIGN KEY(message) REFERENCES message (id)
);
CREATE TABLE register_entry (
	id TEXT NOT NULL,
	register TEXT NOT NULL,
	"key" TEXT NOT NULL,
	version BIGINT DEFAULT '0' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	open BIGINT DEFAULT '0' NOT NULL,
	content TEXT DEFAULT '{}' NOT NULL,
	partner TEXT DEFAULT '' NOT NULL,
	message TEXT,
	entered BIGINT DEFAULT '0' NOT NULL,
	changed BIGINT DEFAULT '0' NOT NULL,
	due BIGINT,
	CONSTRAINT pk_register_entry PRIMARY KEY (id)
);
CREATE TABLE register_number (
	stream TEXT NOT NULL,
	last BIGINT DEFAULT '0' NOT NULL,
	CONSTRAINT pk_register_number PRIMARY KEY (stream)
);
CREATE TABLE register_value (
	entry TEXT NOT NULL,
	name TEXT NOT NULL,
	value TEXT NOT NULL,
	CONSTRAINT pk_register_value PRIMARY KEY (entry, name, value),
	CONSTRAINT fk_register_value_entry FOREIGN KEY(entry) REFERENCES register_entry (id)
);
CREATE TABLE retention (
	kind TEXT NOT NULL,
	through TEXT NOT NULL,
	at BIGINT NOT NULL,
	CONSTRAINT pk_retention PRIMARY KEY (kind)
);
CREATE TABLE retired (
	kind TEXT NOT NULL,
	file TEXT NOT NULL,
	date TEXT NOT NULL,
	sha256 TEXT DEFAULT '' NOT NULL,
	done BIGINT DEFAULT '0' NOT NULL,
	CONSTRAINT pk_retired PRIMARY KEY (kind, file)
);
CREATE TABLE saved_search (
	account TEXT NOT NULL,
	name TEXT NOT NULL,
	"query" TEXT NOT NULL,
	CONSTRAINT pk_saved_search PRIMARY KEY (account, name)
);
CREATE TABLE schedule_firing (
	schedule TEXT NOT NULL,
	fire_time BIGINT NOT NULL,
	at BIGINT NOT NULL,
	CONSTRAINT pk_schedule_firing PRIMARY KEY (schedule, fire_time)
);
CREATE TABLE sighting (
	partner TEXT NOT NULL,
	name TEXT NOT NULL,
	size BIGINT NOT NULL,
	modified BIGINT NOT NULL,
	since BIGINT NOT NULL,
	CONSTRAINT pk_sighting PRIMARY KEY (partner, name)
);
CREATE TABLE submission (
	partner TEXT NOT NULL,
	"key" TEXT NOT NULL,
	sha256 TEXT NOT NULL,
	file TEXT DEFAULT '' NOT NULL,
	CONSTRAINT pk_submission PRIMARY KEY (partner, "key")
);
CREATE TABLE throttle (
	subject TEXT NOT NULL,
	failures BIGINT NOT NULL,
	tried BIGINT NOT NULL,
	until BIGINT NOT NULL,
	CONSTRAINT pk_throttle PRIMARY KEY (subject)
);
CREATE TABLE token (
	name TEXT NOT NULL,
	hash TEXT NOT NULL,
	account TEXT,
	partner TEXT,
	scopes TEXT NOT NULL,
	created BIGINT NOT NULL,
	expires BIGINT NOT NULL,
	used BIGINT,
	CONSTRAINT pk_token PRIMARY KEY (name),
	CONSTRAINT uq_token_hash UNIQUE (hash),
	CONSTRAINT fk_token_account FOREIGN KEY(account) REFERENCES account (name)
);
CREATE TABLE visible_to (
	message TEXT NOT NULL,
	partner TEXT NOT NULL,
	role TEXT NOT NULL,
	CONSTRAINT pk_visible_to PRIMARY KEY (message, partner, role),
	CONSTRAINT fk_visible_to_message FOREIGN KEY(message) REFERENCES message (id)
);
CREATE TABLE webhook (
	partner TEXT NOT NULL,
	hook TEXT NOT NULL,
	event BIGINT NOT NULL,
	fence BIGINT DEFAULT '0' NOT NULL,
	attempts BIGINT DEFAULT '0' NOT NULL,
	failures BIGINT DEFAULT '0' NOT NULL,
	first_failure BIGINT,
	next_attempt BIGINT DEFAULT '0' NOT NULL,
	last_success BIGINT,
	reason TEXT DEFAULT '' NOT NULL,
	CONSTRAINT pk_webhook PRIMARY KEY (partner, hook)
);
CREATE TABLE webhook_dead (
	partner TEXT NOT NULL,
	hook TEXT NOT NULL,
	event BIGINT NOT NULL,
	type TEXT NOT NULL,
	at BIGINT NOT NULL,
	failed BIGINT NOT NULL,
	attempts BIGINT NOT NULL,
	reason TEXT NOT NULL,
	again BIGINT DEFAULT '0' NOT NULL,
	CONSTRAINT pk_webhook_dead PRIMARY KEY (partner, hook, event)
);
CREATE TABLE work (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	kind TEXT NOT NULL,
	file TEXT NOT NULL,
	partner TEXT NOT NULL,
	state TEXT NOT NULL,
	message TEXT,
	fence BIGINT DEFAULT '0' NOT NULL,
	attempts BIGINT DEFAULT '0' NOT NULL,
	due BIGINT DEFAULT '0' NOT NULL,
	seen BIGINT DEFAULT '0' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	CONSTRAINT fk_work_file FOREIGN KEY(file) REFERENCES file (id),
	CONSTRAINT fk_work_message FOREIGN KEY(message) REFERENCES message (id)
);
CREATE TABLE worker (
	id TEXT NOT NULL,
	host TEXT NOT NULL,
	pid BIGINT NOT NULL,
	version TEXT NOT NULL,
	revision TEXT NOT NULL,
	configuration TEXT NOT NULL,
	archive TEXT NOT NULL,
	state TEXT NOT NULL,
	doing TEXT DEFAULT '' NOT NULL,
	started BIGINT NOT NULL,
	seen BIGINT NOT NULL,
	CONSTRAINT pk_worker PRIMARY KEY (id)
);
CREATE INDEX ix_decision_subject ON decision (subject);
CREATE INDEX ix_event_kind ON event (kind, date, state);
CREATE INDEX ix_event_subject ON event (subject, id);
CREATE INDEX ix_file_name ON file (name);
CREATE INDEX ix_file_received ON file (received);
CREATE INDEX ix_file_sha256 ON file (sha256);
CREATE INDEX ix_fault_code ON fault (code);
CREATE INDEX ix_fault_file ON fault (file);
CREATE INDEX ix_fault_subject ON fault (subject);
CREATE INDEX ix_interchange_content ON interchange (content);
CREATE INDEX ix_interchange_control_reference ON interchange (control_reference);
CREATE INDEX ix_interchange_file ON interchange (file);
CREATE INDEX ix_interchange_key ON interchange (partner, sender, recipient, control_reference);
CREATE INDEX ix_message_entered ON message (entered);
CREATE INDEX ix_message_file ON message (file);
CREATE INDEX ix_message_interchange ON message (interchange);
CREATE INDEX ix_message_reference ON message (reference);
CREATE INDEX ix_message_state ON message (state, entered);
CREATE INDEX ix_output_file ON output (file);
CREATE INDEX ix_output_interchange ON output (interchange);
CREATE INDEX ix_output_name ON output (name);
CREATE INDEX ix_delivery_output ON delivery (output);
CREATE INDEX ix_delivery_state ON delivery (state, next_attempt);
CREATE INDEX ix_message_output_output ON message_output (output);
CREATE INDEX ix_reference_value ON reference (value);
CREATE INDEX ix_visible_to_partner ON visible_to (partner, message);
CREATE INDEX ix_work_file ON work (file);
CREATE INDEX ix_work_message ON work (message);
CREATE INDEX ix_work_state ON work (state, partner, id);
CREATE TRIGGER keep_event_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'rows of event are never changed'); END;
CREATE TRIGGER keep_books_update BEFORE UPDATE ON books BEGIN SELECT RAISE(ABORT, 'rows of books are never changed'); END;
CREATE TRIGGER keep_books_delete BEFORE DELETE ON books BEGIN SELECT RAISE(ABORT, 'rows of books are never changed'); END;
CREATE INDEX ix_output_control_reference ON output (control_reference, partner);
CREATE INDEX ix_acknowledgement_message ON acknowledgement (message);
CREATE INDEX ix_acknowledgement_output ON acknowledgement (output);
CREATE INDEX ix_acknowledgement_answer ON acknowledgement (answer, id);
CREATE INDEX ix_acknowledgement_reference ON acknowledgement (reference);
CREATE INDEX ix_register_entry_register ON register_entry (register, open, state);
CREATE INDEX ix_register_entry_due ON register_entry (due);
CREATE INDEX ix_register_entry_message ON register_entry (message);
CREATE INDEX ix_register_value_value ON register_value (value);
CREATE INDEX ix_output_series ON output (series, batch);
CREATE INDEX ix_output_batch ON output (batch);
CREATE INDEX ix_output_reference_value ON output_reference (value);
CREATE INDEX ix_batch_series ON batch (series, closed);
CREATE INDEX ix_batch_output ON batch (output);
CREATE INDEX ix_batch_closed ON batch (closed);
CREATE INDEX ix_clock_look ON clock (look);
CREATE INDEX ix_clock_partner ON clock (partner, state);
CREATE INDEX ix_clock_due ON clock (due);
CREATE INDEX ix_clock_stopped ON clock (stopped);
CREATE INDEX ix_alarm_key ON alarm ("key");
CREATE INDEX ix_alarm_raised ON alarm (raised);
CREATE INDEX ix_alarm_notice_state ON alarm_notice (state, next_attempt);
CREATE INDEX ix_login_account ON login (account);
CREATE INDEX ix_login_expires ON login (expires);
CREATE INDEX ix_token_account ON token (account);
CREATE INDEX ix_throttle_tried ON throttle (tried);
CREATE INDEX ix_file_state ON file (state, received);
CREATE INDEX ix_file_partner ON file (partner, received);
CREATE INDEX ix_message_partner ON message (partner, entered);
CREATE INDEX ix_message_type ON message (type, entered);
CREATE INDEX ix_output_state ON output (state, made);
CREATE INDEX ix_output_made ON output (made);
CREATE INDEX ix_output_partner ON output (partner, made);
CREATE INDEX ix_output_type ON output (type, made);
CREATE INDEX ix_delivery_made ON delivery (made);
CREATE INDEX ix_delivery_partner ON delivery (partner, made);
CREATE INDEX ix_delivery_stood ON delivery (state, made);
CREATE INDEX ix_acknowledgement_at ON acknowledgement (at);
CREATE INDEX ix_acknowledgement_partner ON acknowledgement (partner, at);
CREATE INDEX ix_acknowledgement_said ON acknowledgement (answer, at);
CREATE INDEX ix_clock_state ON clock (state, due);
CREATE INDEX ix_register_entry_key ON register_entry ("key");
CREATE INDEX ix_retired_done ON retired (done, kind);
CREATE INDEX ix_retired_sha256 ON retired (sha256);
CREATE TRIGGER keep_event_delete BEFORE DELETE ON event WHEN NOT EXISTS (SELECT 1 FROM retention WHERE kind = 'events' AND through > OLD.date) BEGIN SELECT RAISE(ABORT, 'rows of event are never changed'); END;
CREATE INDEX ix_proof_file ON proof (file);
CREATE INDEX ix_proof_output ON proof (output);
CREATE INDEX ix_file_inside ON file (inside);
CREATE INDEX ix_file_settled ON file (settled, date);
CREATE INDEX ix_message_settled ON message (settled, date);
CREATE INDEX ix_output_settled ON output (settled, date);
