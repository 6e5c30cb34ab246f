-- A store as kairan wrote it when its schema was version 1: a draft that was released to 25
-- subscribers, one that waits for its approver, one that was sent back. The clock of its drafts is
-- 2026-11-27 10:00 in Japan. The key beside it is that of its tokens.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
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
INSERT INTO draft VALUES(1,4,X'38b7f89abd37a6d919dd84d5627d0feab2ab3a6d18d81124181dc6e27fc6f7e9','A942CA91465','bosai@info.town.example','防災情報','Disaster Prevention News','bosai','ou=bosai,ou=sections,dc=town,dc=example','防災課','Disaster Prevention Section','uid=bosai-staff1,ou=people,dc=town,dc=example','大雨への備え',replace('今夜から明日にかけて大雨のおそれがあります。\n側溝の掃除、非常用持出袋の確認をお願いします。\n避難所は中央小学校と公民館です。','\n',char(10)),61,1795741200,1796000400,1795741200,'bosai-chief','佐藤 健一',NULL,1795741200,1795741200,25);
INSERT INTO draft VALUES(2,1,X'8fd8af73e0d1bc189043eebf48837f53ef3f67ad5086b86504293d146abf3c27','E0538A91162','bosai@info.town.example','防災情報','Disaster Prevention News','bosai','ou=bosai,ou=sections,dc=town,dc=example','防災課','Disaster Prevention Section','uid=bosai-staff1,ou=people,dc=town,dc=example','避難訓練のお知らせ','来週の日曜日に避難訓練を行います。',17,1795741213,1796000413,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO draft VALUES(3,5,X'5559cfe29786fe3b0a3450755997df8869ee88461916e9e06c9b1eb10ae79b7e','E7530A91163','kosodate@info.town.example','子育て情報','Childcare News','kosodate','ou=kosodate,ou=sections,dc=town,dc=example','子育て支援課','Childcare Support Section','uid=kosodate-staff1,ou=people,dc=town,dc=example','健診のお知らせ','一歳半健診は来月三日です。',13,1795741213,1796000413,1795741216,'kosodate-chief','伊藤 直樹','日付が違います',NULL,NULL,NULL);
CREATE TABLE original (
	draft         INTEGER PRIMARY KEY REFERENCES draft (id),
	octets        BLOB NOT NULL
);
INSERT INTO original VALUES(1,X'46726f6d3a20626f7361692d73746166663140746f776e2e6578616d706c650d0a546f3a20626f73616940696e666f2e746f776e2e6578616d706c650d0a5375626a6563743a203d3f7574662d383f623f3561536e365a756f343447343434477535594b5a343447493f3d0d0a446174653a205468752c203236204e6f7620323032362031383a33363a3534202b303030300d0a4d6573736167652d49443a203c3137393537313832313436372e353737392e3236383733343832383036303631393437333140746f776e2e6578616d706c653e0d0a436f6e74656e742d547970653a20746578742f706c61696e3b20636861727365743d227574662d38220d0a436f6e74656e742d5472616e736665722d456e636f64696e673a20386269740d0a4d494d452d56657273696f6e3a20312e300d0a0d0ae4bb8ae5a49ce3818be38289e6988ee697a5e381abe3818be38191e381a6e5a4a7e99ba8e381aee3818ae3819de3828ce3818ce38182e3828ae381bee38199e380820d0ae581b4e6ba9de381aee68e83e999a4e38081e99d9ee5b8b8e794a8e68c81e587bae8a28be381aee7a2bae8aa8de38292e3818ae9a198e38184e38197e381bee38199e380820d0ae981bfe99ba3e68980e381afe4b8ade5a4aee5b08fe5ada6e6a0a1e381a8e585ace6b091e9a4a8e381a7e38199e380820d0a');
INSERT INTO original VALUES(2,X'46726f6d3a20626f7361692d73746166663140746f776e2e6578616d706c650d0a546f3a20626f73616940696e666f2e746f776e2e6578616d706c650d0a5375626a6563743a203d3f7574662d383f623f3659472f365a756a364b695435376530343447753434474b35352b6c34344b4a343447623f3d0d0a4d6573736167652d49443a203c3635333930313834343436313235323530343340746f776e2e6578616d706c653e0d0a436f6e74656e742d547970653a20746578742f706c61696e3b20636861727365743d227574662d38220d0a436f6e74656e742d5472616e736665722d456e636f64696e673a20386269740d0a4d494d452d56657273696f6e3a20312e300d0a0d0ae69da5e980b1e381aee697a5e69b9ce697a5e381abe981bfe99ba3e8a893e7b7b4e38292e8a18ce38184e381bee38199e380820d0a');
INSERT INTO original VALUES(3,X'46726f6d3a206b6f736f646174652d73746166663140746f776e2e6578616d706c650d0a546f3a206b6f736f6461746540696e666f2e746f776e2e6578616d706c650d0a5375626a6563743a203d3f7574662d383f623f3559476c364b6936343447753434474b35352b6c34344b4a343447623f3d0d0a4d6573736167652d49443a203c3333313530343535383635323030383937343340746f776e2e6578616d706c653e0d0a436f6e74656e742d547970653a20746578742f706c61696e3b20636861727365743d227574662d38220d0a436f6e74656e742d5472616e736665722d456e636f64696e673a20386269740d0a4d494d452d56657273696f6e3a20312e300d0a0d0ae4b880e6adb3e58d8ae581a5e8a8bae381afe69da5e69c88e4b889e697a5e381a7e38199e380820d0a');
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
INSERT INTO party VALUES(1,0,'staff','bosai-staff1','uid=bosai-staff1,ou=people,dc=town,dc=example','bosai-staff1@town.example','高橋 誠','ja');
INSERT INTO party VALUES(1,1,'approver','bosai-chief','uid=bosai-chief,ou=people,dc=town,dc=example','bosai-chief@town.example','佐藤 健一','ja');
INSERT INTO party VALUES(1,2,'delegate','bosai-deputy','uid=bosai-deputy,ou=people,dc=town,dc=example','bosai-deputy@town.example','鈴木 由美','ja');
INSERT INTO party VALUES(2,0,'staff','bosai-staff1','uid=bosai-staff1,ou=people,dc=town,dc=example','bosai-staff1@town.example','高橋 誠','ja');
INSERT INTO party VALUES(2,1,'approver','bosai-chief','uid=bosai-chief,ou=people,dc=town,dc=example','bosai-chief@town.example','佐藤 健一','ja');
INSERT INTO party VALUES(2,2,'delegate','bosai-deputy','uid=bosai-deputy,ou=people,dc=town,dc=example','bosai-deputy@town.example','鈴木 由美','ja');
INSERT INTO party VALUES(3,0,'staff','kosodate-staff1','uid=kosodate-staff1,ou=people,dc=town,dc=example','kosodate-staff1@town.example','山本 大輔','ja');
INSERT INTO party VALUES(3,1,'approver','kosodate-chief','uid=kosodate-chief,ou=people,dc=town,dc=example','kosodate-chief@town.example','伊藤 直樹','ja');
INSERT INTO party VALUES(3,2,'delegate','kosodate-deputy','uid=kosodate-deputy,ou=people,dc=town,dc=example','kosodate-deputy@town.example','渡辺 恵','ja');
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
INSERT INTO outbox VALUES(1,2,'receipt',1,0,'bosai-staff1@town.example','高橋 誠','ja','{}',1795741200,1795741201,1,'250 2.0.0 Ok: queued as AFCD2A91465');
INSERT INTO outbox VALUES(2,2,'request',1,1,'bosai-chief@town.example','佐藤 健一','ja','{}',1795741200,1795741201,1,'250 2.0.0 Ok: queued as B3697A91465');
INSERT INTO outbox VALUES(3,2,'request',1,2,'bosai-deputy@town.example','鈴木 由美','ja','{}',1795741200,1795741201,1,'250 2.0.0 Ok: queued as B6F7CA91465');
INSERT INTO outbox VALUES(4,2,'approved',1,0,'bosai-staff1@town.example','高橋 誠','ja','{}',1795741200,1795741201,1,'250 2.0.0 Ok: queued as C27D2A90B8D');
INSERT INTO outbox VALUES(5,2,'approved',1,2,'bosai-deputy@town.example','鈴木 由美','ja','{}',1795741200,1795741201,1,'250 2.0.0 Ok: queued as D1CF7A906EC');
INSERT INTO outbox VALUES(6,2,'released',1,0,'bosai-staff1@town.example','高橋 誠','ja','{}',1795741200,1795741201,1,'250 2.0.0 Ok: queued as D6C50A91484');
INSERT INTO outbox VALUES(7,2,'released',1,1,'bosai-chief@town.example','佐藤 健一','ja','{}',1795741200,1795741201,1,'250 2.0.0 Ok: queued as DE18CA90B8D');
INSERT INTO outbox VALUES(8,2,'released',1,2,'bosai-deputy@town.example','鈴木 由美','ja','{}',1795741200,1795741201,1,'250 2.0.0 Ok: queued as E1272A90B8D');
INSERT INTO outbox VALUES(9,2,'receipt',2,0,'bosai-staff1@town.example','高橋 誠','ja','{}',1795741213,1795741214,1,'250 2.0.0 Ok: queued as E6C67A91162');
INSERT INTO outbox VALUES(10,2,'request',2,1,'bosai-chief@town.example','佐藤 健一','ja','{}',1795741213,1795741214,1,'250 2.0.0 Ok: queued as ED29AA91165');
INSERT INTO outbox VALUES(11,2,'request',2,2,'bosai-deputy@town.example','鈴木 由美','ja','{}',1795741213,1795741214,1,'250 2.0.0 Ok: queued as F2E3AA91162');
INSERT INTO outbox VALUES(12,2,'receipt',3,0,'kosodate-staff1@town.example','山本 大輔','ja','{}',1795741213,1795741215,1,'250 2.0.0 Ok: queued as 03940A91162');
INSERT INTO outbox VALUES(13,2,'request',3,1,'kosodate-chief@town.example','伊藤 直樹','ja','{}',1795741213,1795741215,1,'250 2.0.0 Ok: queued as 055BCA91162');
INSERT INTO outbox VALUES(14,2,'request',3,2,'kosodate-deputy@town.example','渡辺 恵','ja','{}',1795741213,1795741215,1,'250 2.0.0 Ok: queued as 06CE4A91162');
INSERT INTO outbox VALUES(15,2,'sent-back',3,0,'kosodate-staff1@town.example','山本 大輔','ja','{}',1795741216,1795741218,1,'250 2.0.0 Ok: queued as 089C3A90003');
INSERT INTO outbox VALUES(16,2,'sent-back',3,2,'kosodate-deputy@town.example','渡辺 恵','ja','{}',1795741216,1795741218,1,'250 2.0.0 Ok: queued as 11293A90003');
CREATE TABLE subscriber (
	list          TEXT NOT NULL,
	address_key   TEXT NOT NULL,         -- the address, case folded
	address       TEXT NOT NULL,         -- as registered
	domain        TEXT NOT NULL,
	state         INTEGER NOT NULL,
	joined_at     INTEGER NOT NULL,
	PRIMARY KEY (list, address_key)
) WITHOUT ROWID;
INSERT INTO subscriber VALUES('bosai','.bosai-16@docomo.sink.example','.bosai-16@docomo.sink.example','docomo.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('bosai','bosai-01@docomo.sink.example','bosai-01@docomo.sink.example','docomo.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('bosai','bosai-02@mail.sink.example','bosai-02@mail.sink.example','mail.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('bosai','bosai-03@phone.sink.example','bosai-03@phone.sink.example','phone.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('bosai','bosai-04@docomo.sink.example','bosai-04@docomo.sink.example','docomo.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('bosai','bosai-05@mail.sink.example','bosai-05@mail.sink.example','mail.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('bosai','bosai-06@phone.sink.example','bosai-06@phone.sink.example','phone.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('bosai','bosai-07@docomo.sink.example','bosai-07@docomo.sink.example','docomo.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('bosai','bosai-08@mail.sink.example','bosai-08@mail.sink.example','mail.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('bosai','bosai-09@phone.sink.example','bosai-09@phone.sink.example','phone.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('bosai','bosai-11@mail.sink.example','bosai-11@mail.sink.example','mail.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('bosai','bosai-12@phone.sink.example','bosai-12@phone.sink.example','phone.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('bosai','bosai-13.@docomo.sink.example','bosai-13.@docomo.sink.example','docomo.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('bosai','bosai-14@mail.sink.example','bosai-14@mail.sink.example','mail.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('bosai','bosai-15@phone.sink.example','bosai-15@phone.sink.example','phone.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('bosai','bosai-17@mail.sink.example','bosai-17@mail.sink.example','mail.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('bosai','bosai-18@phone.sink.example','bosai-18@phone.sink.example','phone.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('bosai','bosai-19@docomo.sink.example','bosai-19@docomo.sink.example','docomo.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('bosai','bosai-20@mail.sink.example','bosai-20@mail.sink.example','mail.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('bosai','bosai-21@phone.sink.example','bosai-21@phone.sink.example','phone.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('bosai','bosai-22@docomo.sink.example','bosai-22@docomo.sink.example','docomo.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('bosai','bosai-23@mail.sink.example','bosai-23@mail.sink.example','mail.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('bosai','bosai-24@phone.sink.example','bosai-24@phone.sink.example','phone.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('bosai','bosai-25@docomo.sink.example','bosai-25@docomo.sink.example','docomo.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('bosai','bosai..10@docomo.sink.example','bosai..10@docomo.sink.example','docomo.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('kosodate','.kosodate-16@docomo.sink.example','.kosodate-16@docomo.sink.example','docomo.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('kosodate','kosodate-01@docomo.sink.example','kosodate-01@docomo.sink.example','docomo.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('kosodate','kosodate-02@mail.sink.example','kosodate-02@mail.sink.example','mail.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('kosodate','kosodate-03@phone.sink.example','kosodate-03@phone.sink.example','phone.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('kosodate','kosodate-04@docomo.sink.example','kosodate-04@docomo.sink.example','docomo.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('kosodate','kosodate-05@mail.sink.example','kosodate-05@mail.sink.example','mail.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('kosodate','kosodate-06@phone.sink.example','kosodate-06@phone.sink.example','phone.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('kosodate','kosodate-07@docomo.sink.example','kosodate-07@docomo.sink.example','docomo.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('kosodate','kosodate-08@mail.sink.example','kosodate-08@mail.sink.example','mail.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('kosodate','kosodate-09@phone.sink.example','kosodate-09@phone.sink.example','phone.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('kosodate','kosodate-11@mail.sink.example','kosodate-11@mail.sink.example','mail.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('kosodate','kosodate-12@phone.sink.example','kosodate-12@phone.sink.example','phone.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('kosodate','kosodate-13.@docomo.sink.example','kosodate-13.@docomo.sink.example','docomo.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('kosodate','kosodate-14@mail.sink.example','kosodate-14@mail.sink.example','mail.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('kosodate','kosodate-15@phone.sink.example','kosodate-15@phone.sink.example','phone.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('kosodate','kosodate-17@mail.sink.example','kosodate-17@mail.sink.example','mail.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('kosodate','kosodate-18@phone.sink.example','kosodate-18@phone.sink.example','phone.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('kosodate','kosodate-19@docomo.sink.example','kosodate-19@docomo.sink.example','docomo.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('kosodate','kosodate-20@mail.sink.example','kosodate-20@mail.sink.example','mail.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('kosodate','kosodate-21@phone.sink.example','kosodate-21@phone.sink.example','phone.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('kosodate','kosodate-22@docomo.sink.example','kosodate-22@docomo.sink.example','docomo.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('kosodate','kosodate-23@mail.sink.example','kosodate-23@mail.sink.example','mail.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('kosodate','kosodate-24@phone.sink.example','kosodate-24@phone.sink.example','phone.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('kosodate','kosodate-25@docomo.sink.example','kosodate-25@docomo.sink.example','docomo.sink.example',1,1795718212);
INSERT INTO subscriber VALUES('kosodate','kosodate..10@docomo.sink.example','kosodate..10@docomo.sink.example','docomo.sink.example',1,1795718212);
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
INSERT INTO shard VALUES(1,1,4,25,'C6EF9A90B8D',1795741200,1795741200,2,'receipt');
CREATE TABLE shard_recipient (
	draft         INTEGER NOT NULL,
	shard         INTEGER NOT NULL,
	position      INTEGER NOT NULL,
	address       TEXT NOT NULL,
	PRIMARY KEY (draft, shard, position)
) WITHOUT ROWID;
INSERT INTO shard_recipient VALUES(1,1,1,'.bosai-16@docomo.sink.example');
INSERT INTO shard_recipient VALUES(1,1,2,'bosai-01@docomo.sink.example');
INSERT INTO shard_recipient VALUES(1,1,3,'bosai-04@docomo.sink.example');
INSERT INTO shard_recipient VALUES(1,1,4,'bosai-07@docomo.sink.example');
INSERT INTO shard_recipient VALUES(1,1,5,'bosai-13.@docomo.sink.example');
INSERT INTO shard_recipient VALUES(1,1,6,'bosai-19@docomo.sink.example');
INSERT INTO shard_recipient VALUES(1,1,7,'bosai-22@docomo.sink.example');
INSERT INTO shard_recipient VALUES(1,1,8,'bosai-25@docomo.sink.example');
INSERT INTO shard_recipient VALUES(1,1,9,'bosai..10@docomo.sink.example');
INSERT INTO shard_recipient VALUES(1,1,10,'bosai-02@mail.sink.example');
INSERT INTO shard_recipient VALUES(1,1,11,'bosai-05@mail.sink.example');
INSERT INTO shard_recipient VALUES(1,1,12,'bosai-08@mail.sink.example');
INSERT INTO shard_recipient VALUES(1,1,13,'bosai-11@mail.sink.example');
INSERT INTO shard_recipient VALUES(1,1,14,'bosai-14@mail.sink.example');
INSERT INTO shard_recipient VALUES(1,1,15,'bosai-17@mail.sink.example');
INSERT INTO shard_recipient VALUES(1,1,16,'bosai-20@mail.sink.example');
INSERT INTO shard_recipient VALUES(1,1,17,'bosai-23@mail.sink.example');
INSERT INTO shard_recipient VALUES(1,1,18,'bosai-03@phone.sink.example');
INSERT INTO shard_recipient VALUES(1,1,19,'bosai-06@phone.sink.example');
INSERT INTO shard_recipient VALUES(1,1,20,'bosai-09@phone.sink.example');
INSERT INTO shard_recipient VALUES(1,1,21,'bosai-12@phone.sink.example');
INSERT INTO shard_recipient VALUES(1,1,22,'bosai-15@phone.sink.example');
INSERT INTO shard_recipient VALUES(1,1,23,'bosai-18@phone.sink.example');
INSERT INTO shard_recipient VALUES(1,1,24,'bosai-21@phone.sink.example');
INSERT INTO shard_recipient VALUES(1,1,25,'bosai-24@phone.sink.example');
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
INSERT INTO audit VALUES(1,1795718212,'nobody','administrator',0,'import','done','list bosai: 25 addresses, 25 new','',X'0000000000000000000000000000000000000000000000000000000000000000',X'8aaa3b1e2f8c323a6308fc071371bf2a4b7c11dd033500d7744524db14ac993a');
INSERT INTO audit VALUES(2,1795718212,'nobody','administrator',0,'import','done','list kosodate: 25 addresses, 25 new','',X'8aaa3b1e2f8c323a6308fc071371bf2a4b7c11dd033500d7744524db14ac993a',X'1779074eb9a906663219b0c664f4eabd23b93ffd78e1df07fbadc725081e5600');
INSERT INTO audit VALUES(3,1795741200,'bosai-staff1','staff',1,'submit','held','bosai@info.town.example','A942CA91465',X'1779074eb9a906663219b0c664f4eabd23b93ffd78e1df07fbadc725081e5600',X'28f4955824da11d60f76cb71b0f2fa493fcd221da4bd8ca3c37a5faaaf9c9586');
INSERT INTO audit VALUES(4,1795741200,'kairan','system',1,'notice','sent','bosai-staff1@town.example','',X'28f4955824da11d60f76cb71b0f2fa493fcd221da4bd8ca3c37a5faaaf9c9586',X'5db487231be68e8d2ce4da2058952d0338efc2abb7d00d2007abefb975cf7f4f');
INSERT INTO audit VALUES(5,1795741200,'kairan','system',1,'notice','sent','bosai-chief@town.example','',X'5db487231be68e8d2ce4da2058952d0338efc2abb7d00d2007abefb975cf7f4f',X'1cfd57c545e15674a34fb01536ba190ca74c0c954c696478d09c3ab03f6b8cbe');
INSERT INTO audit VALUES(6,1795741200,'kairan','system',1,'notice','sent','bosai-deputy@town.example','',X'1cfd57c545e15674a34fb01536ba190ca74c0c954c696478d09c3ab03f6b8cbe',X'de7c80b1c2f7fa8beb4b9080056e0416c790309260d6024f95529f07f645fce0');
INSERT INTO audit VALUES(7,1795741200,'bosai-chief','approver',1,'approve','approved','','C07A9A9146B',X'de7c80b1c2f7fa8beb4b9080056e0416c790309260d6024f95529f07f645fce0',X'16abd28cb890e2015fdb7478efe4dbd9d9515c56ce6159e0ba2501eba7ab18b4');
INSERT INTO audit VALUES(8,1795741200,'kairan','system',1,'release','releasing','','',X'16abd28cb890e2015fdb7478efe4dbd9d9515c56ce6159e0ba2501eba7ab18b4',X'495b03723aa681acda7585010d46faf65b5cdc0c651f2827d9ca08091c7bed85');
INSERT INTO audit VALUES(9,1795741200,'kairan','system',1,'notice','sent','bosai-staff1@town.example','',X'495b03723aa681acda7585010d46faf65b5cdc0c651f2827d9ca08091c7bed85',X'eb1c98baa2f53ac5803eedc63fde7f9a5856ea03e7eb4aad244e42b66b402f7c');
INSERT INTO audit VALUES(10,1795741200,'kairan','system',1,'expand','offered','shard 1, 25 recipients','C6EF9A90B8D',X'eb1c98baa2f53ac5803eedc63fde7f9a5856ea03e7eb4aad244e42b66b402f7c',X'9560acb86cbab5d71ca7d02c36ab4c5562073aa4ff2a452bad772f902022a506');
INSERT INTO audit VALUES(11,1795741200,'kairan','system',1,'released','released','','',X'9560acb86cbab5d71ca7d02c36ab4c5562073aa4ff2a452bad772f902022a506',X'83fb5bd0095ad0d08b485863595d7df6af3abddcc2d6e2f58798f637229943f2');
INSERT INTO audit VALUES(12,1795741200,'kairan','system',1,'notice','sent','bosai-deputy@town.example','',X'83fb5bd0095ad0d08b485863595d7df6af3abddcc2d6e2f58798f637229943f2',X'6d0d7098dfb2ce96f0b929b690dde35c7231b2e3b7aaeab886c87864d2df26f1');
INSERT INTO audit VALUES(13,1795741200,'','system',1,'receipt','confirmed','receipt+aeaaaaaaaeaacadm5nnrbgjdnulc6urmvdi6whnqdonf6qskqozms@info.town.example','C6EF9A90B8D',X'6d0d7098dfb2ce96f0b929b690dde35c7231b2e3b7aaeab886c87864d2df26f1',X'a24a9e727636c7731237aecdea2e3ca9f30f35b706e5501dbfcfdc669b03dfaa');
INSERT INTO audit VALUES(14,1795741200,'kairan','system',1,'notice','sent','bosai-staff1@town.example','',X'a24a9e727636c7731237aecdea2e3ca9f30f35b706e5501dbfcfdc669b03dfaa',X'69c3ba3e85821a987eec482805b8d28c7346b8fc7df4e4dddf8d614bba28b4f4');
INSERT INTO audit VALUES(15,1795741200,'kairan','system',1,'notice','sent','bosai-chief@town.example','',X'69c3ba3e85821a987eec482805b8d28c7346b8fc7df4e4dddf8d614bba28b4f4',X'1700ccd670e627337538bac3bbacd8378305a59195e938ba36f6cdce8f9ff497');
INSERT INTO audit VALUES(16,1795741200,'kairan','system',1,'notice','sent','bosai-deputy@town.example','',X'1700ccd670e627337538bac3bbacd8378305a59195e938ba36f6cdce8f9ff497',X'72fb143d5710e6e724f9b32851545803862f412fbc8c965c71bbc6e242982b3e');
INSERT INTO audit VALUES(17,1795741213,'bosai-staff1','staff',2,'submit','held','bosai@info.town.example','E0538A91162',X'72fb143d5710e6e724f9b32851545803862f412fbc8c965c71bbc6e242982b3e',X'0f5aa25a5553134925cb70ba2a84157d5905882e0991f06b5f82742060d6d433');
INSERT INTO audit VALUES(18,1795741213,'kairan','system',2,'notice','sent','bosai-staff1@town.example','',X'0f5aa25a5553134925cb70ba2a84157d5905882e0991f06b5f82742060d6d433',X'0a046d63ca332fd38745bd465fd39f59c710dafe020bed3976d5c1a366a59611');
INSERT INTO audit VALUES(19,1795741213,'kosodate-staff1','staff',3,'submit','held','kosodate@info.town.example','E7530A91163',X'0a046d63ca332fd38745bd465fd39f59c710dafe020bed3976d5c1a366a59611',X'2da6a0a45dcdb4e3ab57b88552f404b610ac6af1cd4fb841ba59e810c9d5a0e8');
INSERT INTO audit VALUES(20,1795741213,'kairan','system',2,'notice','sent','bosai-chief@town.example','',X'2da6a0a45dcdb4e3ab57b88552f404b610ac6af1cd4fb841ba59e810c9d5a0e8',X'9fe89a650e2ffdd52c448c6e82b974e8b12a42a1ff71eb4acaec4070969ee894');
INSERT INTO audit VALUES(21,1795741213,'kairan','system',2,'notice','sent','bosai-deputy@town.example','',X'9fe89a650e2ffdd52c448c6e82b974e8b12a42a1ff71eb4acaec4070969ee894',X'ad78af0cefe47b9506d79a18ec98d90c564eec7dc155dfcd9e633c85c849df3d');
INSERT INTO audit VALUES(22,1795741214,'kairan','system',3,'notice','sent','kosodate-staff1@town.example','',X'ad78af0cefe47b9506d79a18ec98d90c564eec7dc155dfcd9e633c85c849df3d',X'b6935ae0f85dfc7a2a9f2c0291207a4cd736cad54a5061146db6c013ca045553');
INSERT INTO audit VALUES(23,1795741214,'kairan','system',3,'notice','sent','kosodate-chief@town.example','',X'b6935ae0f85dfc7a2a9f2c0291207a4cd736cad54a5061146db6c013ca045553',X'7441c55e21e2478c674d9b41f2cdff25e17b6a75569636a8059f7b12a5bb22f2');
INSERT INTO audit VALUES(24,1795741214,'kairan','system',3,'notice','sent','kosodate-deputy@town.example','',X'7441c55e21e2478c674d9b41f2cdff25e17b6a75569636a8059f7b12a5bb22f2',X'13ad99cc9b153b883433a432aa070a3080930896dc975751829df998f935c962');
INSERT INTO audit VALUES(25,1795741216,'kosodate-chief','approver',3,'send-back','sent-back','日付が違います','F31D8A90003',X'13ad99cc9b153b883433a432aa070a3080930896dc975751829df998f935c962',X'd4f89c690f1b1951b8002fb769717fbae61c7fc94e35eb452b7ccd8a6244c01b');
INSERT INTO audit VALUES(26,1795741217,'kairan','system',3,'notice','sent','kosodate-staff1@town.example','',X'd4f89c690f1b1951b8002fb769717fbae61c7fc94e35eb452b7ccd8a6244c01b',X'419eeea76d84c05f3d1a0a6cc9d04782f2ccf48b16d3d20c2173601896583db2');
INSERT INTO audit VALUES(27,1795741217,'kairan','system',3,'notice','sent','kosodate-deputy@town.example','',X'419eeea76d84c05f3d1a0a6cc9d04782f2ccf48b16d3d20c2173601896583db2',X'bd9e3493af20c2b6341019407f9b56f0fedda93c371aeb7e677873e04b836449');
CREATE TABLE snapshot (
	mail          TEXT PRIMARY KEY,
	list          TEXT NOT NULL,
	name_ja       TEXT NOT NULL,
	name_en       TEXT NOT NULL,
	sections      TEXT NOT NULL          -- DNs, one a line
) WITHOUT ROWID;
INSERT INTO snapshot VALUES('bosai@info.town.example','bosai','防災情報','Disaster Prevention News','ou=bosai,ou=sections,dc=town,dc=example');
INSERT INTO snapshot VALUES('kosodate@info.town.example','kosodate','子育て情報','Childcare News','ou=kosodate,ou=sections,dc=town,dc=example');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('draft',3);
INSERT INTO sqlite_sequence VALUES('outbox',16);
CREATE INDEX draft_by_state ON draft (state, due_at);
CREATE INDEX outbox_by_next_try ON outbox (state, next_try);
CREATE INDEX outbox_by_draft ON outbox (draft, kind);
CREATE INDEX shard_by_next_try ON shard (state, next_try);
CREATE INDEX audit_by_draft ON audit (draft, seq);
COMMIT;
PRAGMA application_id=0x6b616972;
PRAGMA user_version=1;
