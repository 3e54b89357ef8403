-- A ledger as the program of schema 6 wrote it, made of invented studies: two answered, one open.
BEGIN TRANSACTION;
CREATE TABLE answer (
	study_instance_uid VARCHAR(64) NOT NULL,
	version INTEGER NOT NULL,
	model_set VARCHAR(64) NOT NULL,
	findings JSON NOT NULL,
	PRIMARY KEY (study_instance_uid, version),
	FOREIGN KEY(study_instance_uid, version) REFERENCES study (study_instance_uid, version)
);
INSERT INTO "answer" VALUES('1.1',1,'0000000000000000000000000000000000000000000000000000000011648730','{"study_instance_uid": "1.1", "model_set": "0000000000000000000000000000000000000000000000000000000011648730", "readings": [{"sop_instance_uid": "1.1.1.1", "sop_class_uid": "1.2", "status": "read", "model_set": "0000000000000000000000000000000000000000000000000000000011648730", "reason": null, "rows": 64, "columns": 64, "region": {"label": "hand", "probability": 0.99}, "fracture": {"state": "present", "probability": 0.9, "interval": [0.8, 0.95]}, "boxes": [{"label": "fracture", "probability": 0.9, "x_min_px": 16.0, "y_min_px": 16.0, "x_max_px": 32.0, "y_max_px": 48.0}], "types": [], "members": [{"model": "light", "version": "1.0.0", "sha256": "abababababababababababababababababababababababababababababababab", "probability": 0.9, "milliseconds": 1.0}], "silent": [], "milliseconds": 1.0}], "fracture": {"state": "present", "probability": 0.9, "interval": [0.8, 0.95]}}');
INSERT INTO "answer" VALUES('1.2',1,'0000000000000000000000000000000000000000000000000000000011648730','{"study_instance_uid": "1.2", "model_set": "0000000000000000000000000000000000000000000000000000000011648730", "readings": [{"sop_instance_uid": "1.2.1.1", "sop_class_uid": "1.2", "status": "read", "model_set": "0000000000000000000000000000000000000000000000000000000011648730", "reason": null, "rows": 64, "columns": 64, "region": {"label": "hand", "probability": 0.99}, "fracture": {"state": "present", "probability": 0.9, "interval": [0.8, 0.95]}, "boxes": [{"label": "fracture", "probability": 0.9, "x_min_px": 16.0, "y_min_px": 16.0, "x_max_px": 32.0, "y_max_px": 48.0}], "types": [], "members": [{"model": "light", "version": "1.0.0", "sha256": "abababababababababababababababababababababababababababababababab", "probability": 0.9, "milliseconds": 1.0}], "silent": [], "milliseconds": 1.0}], "fracture": {"state": "present", "probability": 0.9, "interval": [0.8, 0.95]}}');
CREATE TABLE attempt (
	study_instance_uid VARCHAR(64) NOT NULL,
	version INTEGER NOT NULL,
	destination VARCHAR(48) NOT NULL,
	turn INTEGER NOT NULL,
	ended_at DATETIME NOT NULL,
	outcome VARCHAR(16) NOT NULL,
	explanation TEXT NOT NULL,
	receipts JSON NOT NULL,
	PRIMARY KEY (study_instance_uid, version, destination, turn)
);
INSERT INTO "attempt" VALUES('1.1',1,'pacs',1,'2026-03-01 08:00:00.000000','delivered','as scripted','[{"identifier": "1", "outcome": "delivered", "status": "as scripted"}]');
INSERT INTO "attempt" VALUES('1.1',1,'ris',1,'2026-03-01 08:00:00.000000','refused','as scripted','[{"identifier": "1", "outcome": "refused", "status": "as scripted"}]');
CREATE TABLE breaker (
	destination VARCHAR(48) NOT NULL,
	state VARCHAR(16) NOT NULL,
	since DATETIME NOT NULL,
	failures INTEGER NOT NULL,
	trials INTEGER NOT NULL,
	probe_at DATETIME,
	trial TEXT NOT NULL,
	explanation TEXT NOT NULL,
	PRIMARY KEY (destination)
);
CREATE TABLE commitment (
	study_instance_uid VARCHAR(64) NOT NULL,
	version INTEGER NOT NULL,
	destination VARCHAR(48) NOT NULL,
	items JSON NOT NULL,
	state VARCHAR(16) NOT NULL,
	ask INTEGER NOT NULL,
	attempts INTEGER NOT NULL,
	silences INTEGER NOT NULL,
	resends INTEGER NOT NULL,
	next_at DATETIME,
	asked_at DATETIME,
	committed_at DATETIME,
	explanation TEXT NOT NULL,
	PRIMARY KEY (study_instance_uid, version, destination),
	FOREIGN KEY(study_instance_uid, version) REFERENCES study (study_instance_uid, version)
);
CREATE TABLE commitment_ask (
	transaction_uid VARCHAR(64) NOT NULL,
	study_instance_uid VARCHAR(64) NOT NULL,
	version INTEGER NOT NULL,
	destination VARCHAR(48) NOT NULL,
	ask INTEGER NOT NULL,
	begun_at DATETIME NOT NULL,
	reported_at DATETIME,
	PRIMARY KEY (transaction_uid),
	FOREIGN KEY(study_instance_uid, version) REFERENCES study (study_instance_uid, version)
);
CREATE TABLE commitment_request (
	number INTEGER NOT NULL,
	transaction_uid VARCHAR(64) NOT NULL,
	calling_ae_title VARCHAR(16) NOT NULL,
	called_ae_title VARCHAR(16) NOT NULL,
	address VARCHAR(64) NOT NULL,
	items JSON NOT NULL,
	is_duplicate BOOLEAN NOT NULL,
	state VARCHAR(16) NOT NULL,
	attempts INTEGER NOT NULL,
	received_at DATETIME NOT NULL,
	next_at DATETIME,
	reported_at DATETIME,
	explanation TEXT NOT NULL,
	PRIMARY KEY (number)
);
CREATE TABLE delivery (
	study_instance_uid VARCHAR(64) NOT NULL,
	version INTEGER NOT NULL,
	destination VARCHAR(48) NOT NULL,
	state VARCHAR(16) NOT NULL,
	attempts INTEGER NOT NULL,
	turn INTEGER NOT NULL,
	next_attempt_at DATETIME,
	explanation TEXT NOT NULL,
	receipts JSON NOT NULL,
	PRIMARY KEY (study_instance_uid, version, destination),
	FOREIGN KEY(study_instance_uid, version) REFERENCES study (study_instance_uid, version)
);
INSERT INTO "delivery" VALUES('1.1',1,'pacs','delivered',1,1,NULL,'as scripted','[{"identifier": "1", "outcome": "delivered", "status": "as scripted"}]');
INSERT INTO "delivery" VALUES('1.1',1,'ris','discarded',1,2,NULL,'as scripted','[{"identifier": "1", "outcome": "refused", "status": "as scripted"}]');
INSERT INTO "delivery" VALUES('1.2',1,'pacs','waiting',0,1,'2026-03-01 08:00:00.000000','','[]');
INSERT INTO "delivery" VALUES('1.2',1,'ris','waiting',0,1,'2026-03-01 08:00:00.000000','','[]');
CREATE TABLE discard (
	study_instance_uid VARCHAR(64) NOT NULL,
	version INTEGER NOT NULL,
	destination VARCHAR(48) NOT NULL,
	reason TEXT NOT NULL,
	"by" TEXT NOT NULL,
	discarded_at DATETIME NOT NULL,
	PRIMARY KEY (study_instance_uid, version, destination)
);
INSERT INTO "discard" VALUES('1.1',1,'ris','sent by hand','operator','2026-03-01 08:00:00.000000');
CREATE TABLE document (
	identifier VARCHAR(64) NOT NULL,
	study_instance_uid VARCHAR(64) NOT NULL,
	version INTEGER NOT NULL,
	kind VARCHAR(48) NOT NULL,
	sop_class_uid VARCHAR(64) NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	path TEXT NOT NULL,
	purged_at DATETIME,
	PRIMARY KEY (identifier),
	FOREIGN KEY(study_instance_uid, version) REFERENCES study (study_instance_uid, version)
);
INSERT INTO "document" VALUES('1.1.1.0','1.1',1,'structured_report','1.2.840.10008.5.1.4.1.1.88.34','5156ba048d1c7365bd0658fde180ec24f43a9eb2c194088396bc4816b42ec506','documents/1.1/1/structured_report-1.1.1.0.dcm',NULL);
INSERT INTO "document" VALUES('1.2.1.0','1.2',1,'structured_report','1.2.840.10008.5.1.4.1.1.88.34','5ec263522a5f33a9dc30fea3e0c973a8a87e7ce65cccfdf919efa250a63c7a83','documents/1.2/1/structured_report-1.2.1.0.dcm',NULL);
CREATE TABLE erasure (
	number INTEGER NOT NULL,
	asked_at DATETIME NOT NULL,
	salt VARCHAR(32) NOT NULL,
	digest VARCHAR(128) NOT NULL,
	studies INTEGER NOT NULL,
	files INTEGER NOT NULL,
	PRIMARY KEY (number)
);
CREATE TABLE explanation (
	study_instance_uid VARCHAR(64) NOT NULL,
	version INTEGER NOT NULL,
	state VARCHAR(16) NOT NULL,
	turn INTEGER NOT NULL,
	recipients JSON NOT NULL,
	reason TEXT NOT NULL,
	ended_at DATETIME,
	PRIMARY KEY (study_instance_uid, version),
	FOREIGN KEY(study_instance_uid, version) REFERENCES study (study_instance_uid, version)
);
CREATE TABLE feed (
	source VARCHAR(32) NOT NULL,
	sequence INTEGER NOT NULL,
	date VARCHAR(32) NOT NULL,
	PRIMARY KEY (source)
);
CREATE TABLE feed_item (
	source VARCHAR(32) NOT NULL,
	resource VARCHAR(16) NOT NULL,
	identifier VARCHAR(64) NOT NULL,
	sequence INTEGER NOT NULL,
	attempts INTEGER NOT NULL,
	reason TEXT NOT NULL,
	next_attempt_at DATETIME NOT NULL,
	PRIMARY KEY (source, resource, identifier)
);
CREATE TABLE feed_study (
	source VARCHAR(32) NOT NULL,
	identifier VARCHAR(64) NOT NULL,
	study_instance_uid VARCHAR(64) NOT NULL,
	marked_version INTEGER NOT NULL,
	PRIMARY KEY (source, identifier)
);
CREATE TABLE imaging_order (
	"key" VARCHAR(64) NOT NULL,
	study_instance_uid VARCHAR(64) NOT NULL,
	accession_number TEXT NOT NULL,
	content JSON NOT NULL,
	changed_at DATETIME NOT NULL,
	PRIMARY KEY ("key")
);
CREATE TABLE impression (
	study_instance_uid VARCHAR(64) NOT NULL,
	version INTEGER NOT NULL,
	asked VARCHAR(128) NOT NULL,
	refusal VARCHAR(64) NOT NULL,
	PRIMARY KEY (study_instance_uid, version),
	FOREIGN KEY(study_instance_uid, version) REFERENCES study (study_instance_uid, version)
);
CREATE TABLE instance (
	sop_instance_uid VARCHAR(64) NOT NULL,
	study_instance_uid VARCHAR(64) NOT NULL,
	version INTEGER NOT NULL,
	series_instance_uid VARCHAR(64) NOT NULL,
	sop_class_uid VARCHAR(64) NOT NULL,
	transfer_syntax_uid VARCHAR(64) NOT NULL,
	path TEXT NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	size_bytes INTEGER NOT NULL,
	calling_ae_title VARCHAR(16) NOT NULL,
	called_ae_title VARCHAR(16) NOT NULL,
	received_at DATETIME NOT NULL,
	tier VARCHAR(16) DEFAULT 'full' NOT NULL,
	purged_at DATETIME,
	PRIMARY KEY (sop_instance_uid)
);
INSERT INTO "instance" VALUES('1.1.1.1','1.1',1,'1.1.1','1.2.840.10008.5.1.4.1.1.1','1.2.840.10008.1.2.1','/data/instances/1.1.1.1.dcm','9d6cdb56a14dd758bb6c1f0974cf6d5ea05d8087cebefcd7cda628cd2308b92f',1000,'MODALITY','OSTEONODE','2026-03-01 08:00:01.000000','full',NULL);
INSERT INTO "instance" VALUES('1.2.1.1','1.2',1,'1.2.1','1.2.840.10008.5.1.4.1.1.1','1.2.840.10008.1.2.1','/data/instances/1.2.1.1.dcm','66a8e1484e42c0f1604c023e93ac89f6f202106ad460a8bd12110d6db2b94a90',1000,'MODALITY','OSTEONODE','2026-03-01 08:00:01.000000','full',NULL);
INSERT INTO "instance" VALUES('1.3.1.1','1.3',1,'1.3.1','1.2.840.10008.5.1.4.1.1.1','1.2.840.10008.1.2.1','/data/instances/1.3.1.1.dcm','e79437080dbef43309272264e9e34f43e18a7a65c41f5bd3bc1bae7207c10d41',1000,'MODALITY','OSTEONODE','2026-03-01 08:00:00.000000','full',NULL);
CREATE TABLE meta (
	name VARCHAR(32) NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (name)
);
INSERT INTO "meta" VALUES('schema_version','6');
CREATE TABLE order_message (
	identity VARCHAR(64) NOT NULL,
	content VARCHAR(64) NOT NULL,
	kept_at DATETIME NOT NULL,
	PRIMARY KEY (identity)
);
CREATE TABLE order_use (
	study_instance_uid VARCHAR(64) NOT NULL,
	version INTEGER NOT NULL,
	placers JSON NOT NULL,
	remark VARCHAR(32),
	PRIMARY KEY (study_instance_uid, version)
);
CREATE TABLE past_study (
	digest VARCHAR(64) NOT NULL,
	last_version INTEGER NOT NULL,
	purged_at DATETIME NOT NULL,
	PRIMARY KEY (digest)
);
CREATE TABLE performed_step (
	sop_instance_uid VARCHAR(64) NOT NULL,
	study_instance_uid VARCHAR(64) NOT NULL,
	status VARCHAR(16) NOT NULL,
	refs JSON NOT NULL,
	changed_at DATETIME NOT NULL,
	PRIMARY KEY (sop_instance_uid, study_instance_uid)
);
CREATE TABLE quarantine (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	path TEXT NOT NULL,
	reason_code VARCHAR(64) NOT NULL,
	reason TEXT NOT NULL,
	calling_ae_title VARCHAR(16) NOT NULL,
	recorded_at DATETIME NOT NULL,
	called_ae_title VARCHAR(16) DEFAULT '' NOT NULL,
	times INTEGER DEFAULT '1' NOT NULL
);
INSERT INTO "quarantine" VALUES(1,'quarantine/1.dcm','UNPARSABLE','after 12 bytes','MODALITY','2026-03-01 08:00:00.000000','OSTEONODE',1);
CREATE TABLE reading (
	sha256 VARCHAR(64) NOT NULL,
	model_set VARCHAR(64) NOT NULL,
	sop_instance_uid VARCHAR(64) NOT NULL,
	status VARCHAR(16) NOT NULL,
	reason_code VARCHAR(64),
	content JSON NOT NULL,
	display_path TEXT,
	heat_map_path TEXT,
	read_at DATETIME NOT NULL,
	PRIMARY KEY (sha256, model_set)
);
CREATE TABLE removal (
	path TEXT NOT NULL,
	PRIMARY KEY (path)
);
CREATE TABLE retraction (
	study_instance_uid VARCHAR(64) NOT NULL,
	version INTEGER NOT NULL,
	reason VARCHAR(32) NOT NULL,
	"by" TEXT NOT NULL,
	note TEXT NOT NULL,
	asked_at DATETIME NOT NULL,
	PRIMARY KEY (study_instance_uid, version),
	FOREIGN KEY(study_instance_uid, version) REFERENCES study (study_instance_uid, version)
);
CREATE TABLE retrieval (
	number INTEGER NOT NULL,
	study_instance_uid VARCHAR(64) NOT NULL,
	archive VARCHAR(16) NOT NULL,
	state VARCHAR(16) NOT NULL,
	asked_at DATETIME NOT NULL,
	attempts INTEGER NOT NULL,
	next_attempt_at DATETIME,
	said TEXT NOT NULL,
	PRIMARY KEY (number)
);
INSERT INTO "retrieval" VALUES(1,'1.9','ARCHIVE','waiting','2026-03-01 08:00:00.000000',0,'2026-03-01 08:00:00.000000','');
CREATE TABLE routing (
	study_instance_uid VARCHAR(64) NOT NULL,
	version INTEGER NOT NULL,
	route VARCHAR(32) NOT NULL,
	documents JSON NOT NULL,
	corrected JSON NOT NULL,
	judged JSON NOT NULL,
	PRIMARY KEY (study_instance_uid, version)
);
CREATE TABLE study (
	study_instance_uid VARCHAR(64) NOT NULL,
	version INTEGER NOT NULL,
	state VARCHAR(16) NOT NULL,
	first_arrival_at DATETIME NOT NULL,
	last_arrival_at DATETIME NOT NULL,
	closed_at DATETIME,
	closed_by VARCHAR(16),
	known JSON,
	answered_at DATETIME,
	turn INTEGER NOT NULL,
	held_code VARCHAR(32),
	held_reason TEXT,
	withheld JSON NOT NULL,
	PRIMARY KEY (study_instance_uid, version)
);
INSERT INTO "study" VALUES('1.1',1,'answered','2026-03-01 08:00:01.000000','2026-03-01 08:00:01.000000','2026-03-01 08:00:00.000000','quiet_time',NULL,'2026-03-01 08:00:00.000000',1,NULL,NULL,'[]');
INSERT INTO "study" VALUES('1.2',1,'answered','2026-03-01 08:00:01.000000','2026-03-01 08:00:01.000000','2026-03-01 08:00:00.000000','quiet_time',NULL,'2026-03-01 08:00:00.000000',1,NULL,NULL,'[]');
INSERT INTO "study" VALUES('1.3',1,'open','2026-03-01 08:00:00.000000','2026-03-01 08:00:00.000000',NULL,NULL,NULL,NULL,0,NULL,NULL,'[]');
CREATE INDEX ix_instance_study_instance_uid ON instance (study_instance_uid);
CREATE INDEX ix_instance_sha256 ON instance (sha256);
CREATE INDEX ix_study_state ON study (state);
CREATE INDEX ix_reading_sop_instance_uid ON reading (sop_instance_uid);
CREATE INDEX ix_commitment_request_state ON commitment_request (state);
CREATE INDEX ix_commitment_request_transaction_uid ON commitment_request (transaction_uid);
CREATE INDEX ix_feed_item_next_attempt_at ON feed_item (next_attempt_at);
CREATE INDEX ix_feed_study_study_instance_uid ON feed_study (study_instance_uid);
CREATE INDEX performed_step_of_study ON performed_step (study_instance_uid);
CREATE INDEX ix_imaging_order_study_instance_uid ON imaging_order (study_instance_uid);
CREATE INDEX ix_imaging_order_accession_number ON imaging_order (accession_number);
CREATE INDEX ix_retrieval_state ON retrieval (state);
CREATE INDEX document_of_study ON document (study_instance_uid, version);
CREATE INDEX ix_delivery_state ON delivery (state);
CREATE INDEX ix_explanation_state ON explanation (state);
CREATE INDEX ix_impression_refusal ON impression (refusal);
CREATE INDEX ix_commitment_state ON commitment (state);
CREATE INDEX commitment_ask_of_study ON commitment_ask (study_instance_uid);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('quarantine',1);
COMMIT;
