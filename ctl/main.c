/*
 * NAME
 *	kairanctl - administer kairan
 *
 * DESCRIPTION
 *	kairanctl [-c FILE] COMMAND [ARGUMENTS]
 *
 *	One table has the commands. They work while the daemon runs and while it does not. The
 *	words "drafts" may be left out: "kairanctl stop 12". Help is in the language of the
 *	locale, Japanese or English. The manual page and the shell's completion have the table
 *	from "kairanctl -h" and "kairanctl -w". Without -c the settings are those of
 *	settings_default_path().
 *
 *	A new command is a row of the table and a line of commands.h; what a sentence cannot say
 *	goes into kairanctl.8.in. Options are read by ctl_options_read(); lists go through
 *	ctl_table.h, which has --json. What is said to people is English, in ctl_print() (a
 *	line), ctl_fail() (a complaint), ctl_say() (a word or a format) or a table's headings and
 *	CTL_WORD cells; its Japanese is a line of conf/templates/ja/kairanctl.txt, and
 *	tests/test_said.py finds what has none. Nothing is translated in JSON, in CSV and for
 *	monitors. What shows residents' data or the audit trail calls ctl_reading_record() before
 *	it prints (Art. 8): a user who may only read the store gets nothing then.
 *
 * DIAGNOSTICS
 *	Exit status by sysexits(3). A wrong command prints what is possible.
 */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "conf/clock.h"
#include "conf/fault.h"
#include "conf/log.h"
#include "ctl/commands.h"
#include "ctl/ctl_mask.h"

static const struct ctl_command ctl_commands[] = {
	{ { "status", NULL },
	  "[--check | --prometheus] [--json]",
	  "daemon, directory, store, drafts; for monitoring with --check",
	  "デーモン・名簿・保存庫・原稿の状態（--check は監視用）",
	  ctl_status },
	{ { "drafts", "list" },
	  "[STATE] [--broadcast ADDRESS] [--since TIME] [--limit N] [--json]",
	  "the drafts, newest first",
	  "原稿の一覧（新しい順）",
	  ctl_drafts_list },
	{ { "drafts", "show" },
	  "ID [--json]",
	  "one draft, its people and its history",
	  "原稿ひとつの内容・関係者・経過",
	  ctl_drafts_show },
	{ { "drafts", "explain" },
	  "FILE | ID [--to BROADCAST] [--from LOGIN] [--json]",
	  "what each rule says of a draft",
	  "原稿を各規則がどう見るか",
	  ctl_explain },
	{ { "drafts", "ask" },
	  "ID",
	  "ask those who may decide a draft once more (Art. 13-1)",
	  "決裁できる方に承認をもう一度依頼する（第13条-1）",
	  ctl_drafts_ask },
	{ { "drafts", "watch" },
	  "ID [--delivered]",
	  "a release under way",
	  "配信の進み具合",
	  ctl_watch },
	{ { "drafts", "recipients" },
	  "ID [--undelivered] [--csv | --json]",
	  "who has a broadcast, by domain; --csv: one recipient a line",
	  "配信が届いた数・届いていない数をドメイン別に（--csv は宛先ごと）",
	  ctl_drafts_recipients },
	{ { "drafts", "stop" },
	  "ID [--reason TEXT] | --list ID [--json]",
	  "stop a broadcast; say who has it and who has not",
	  "配信を止める（--list は送った相手と送っていない相手）",
	  ctl_stop },
	{ { "drafts", "withdraw" },
	  "ID [--reason TEXT]",
	  "take back a draft that is held or approved",
	  "配信前の原稿を取下げる",
	  ctl_drafts_withdraw },
	{ { "suspend", NULL },
	  "[BROADCAST...] [--from TIME] [--until TIME] [--notify] --reason TEXT | --list [--json]",
	  "suspend the service, or these broadcasts (Art. 7)",
	  "サービス全体または一部の一時停止（第7条）",
	  ctl_suspension_suspend },
	{ { "resume", NULL },
	  "[BROADCAST...]",
	  "end that",
	  "一時停止を終える",
	  ctl_suspension_resume },
	{ { "subscribers", "list" },
	  "--list LIST [--new-list] [--state STATE] [--json]",
	  "the subscribers of a list",
	  "利用者の一覧",
	  ctl_subscribers_list },
	{ { "subscribers", "count" },
	  "[--list LIST [--new-list]] [--json]",
	  "how many subscribers each list has",
	  "リストごとの利用者数",
	  ctl_subscribers_count },
	{ { "subscribers", "import" },
	  "--list LIST [--new-list] [--address-column NAME] [--reason TEXT] [--dry-run] "
	  "FILE.csv",
	  "register the addresses of a file (UTF-8 or CP932)",
	  "CSV ファイルの登録（UTF-8・CP932）",
	  ctl_subscribers_import },
	{ { "subscribers", "sync" },
	  "--list LIST [--new-list] [--address-column NAME] [--reason TEXT] [--most N] "
	  "[--dry-run] FILE.csv|ldap:FILTER",
	  "bring a list to what a file or the directory says",
	  "CSV ファイルまたはディレクトリにリストを合わせる",
	  ctl_subscribers_sync },
	{ { "subscribers", "export" },
	  "--list LIST [--new-list]",
	  "the subscribers of a list as CSV",
	  "利用者の CSV 出力",
	  ctl_subscribers_export },
	{ { "subscribers", "reconfirm" },
	  "--list LIST [--all] [--limit N] [--dry-run]",
	  "ask who agreed to older terms of use for their consent",
	  "改定した利用規約への同意を求める",
	  ctl_subscribers_reconfirm },
	{ { "subscribers", "poster" },
	  "LIST --html FILE",
	  "a page to print, with the QR code by which residents join",
	  "登録用 QR コード入りの案内（印刷用）",
	  ctl_subscribers_poster },
	{ { "subscribers", "suspend" },
	  "--list LIST ADDRESS...",
	  "send these nothing for now",
	  "利用者への配信を一時停止",
	  ctl_subscribers_suspend },
	{ { "subscribers", "resume" },
	  "--list LIST [--reason TEXT] ADDRESS...",
	  "send to these again",
	  "利用者への配信を再開",
	  ctl_subscribers_resume },
	{ { "subscribers", "delete" },
	  "--list LIST ADDRESS...",
	  "forget these subscribers",
	  "利用者の削除",
	  ctl_subscribers_delete },
	{ { "subscribers", "show" },
	  "ADDRESS [--json]",
	  "all that is kept of a resident",
	  "その方について保存しているものすべて",
	  ctl_subscribers_show },
	{ { "subscribers", "forget" },
	  "ADDRESS... | --undo ADDRESS...",
	  "remove these from all that is kept; no import takes them again",
	  "その方の情報をすべて消し、以後は取り込まない（--undo で取り消し）",
	  ctl_subscribers_forget },
	{ { "audit", "list" },
	  "[--since TIME] [--until TIME] [--user LOGIN] [--draft ID] [--action ACTION] "
	  "[--json]",
	  "the audit trail (Art. 8)",
	  "ログの一覧（第8条）",
	  ctl_audit_list },
	{ { "audit", "export" },
	  "--csv | --json [--since TIME] [--until TIME] [--user LOGIN] [--draft ID] "
	  "[--action ACTION]",
	  "the same, for other programs",
	  "ログの書き出し",
	  ctl_audit_export },
	{ { "audit", "verify" },
	  "[FILE] [--hash HASH]",
	  "is the audit trail whole, here or in a copy of the store?",
	  "ログが改ざんされていないかの検査（FILE は保存庫の複製）",
	  ctl_audit_verify },
	{ { "audit", "inspect" },
	  "--note TEXT [--occasion OCCASION]",
	  "verify it, and record that the administrator has inspected it (Art. 8-3, 8-4)",
	  "システム管理者によるログの検査を行い、記録する（第8条第3項・第4項）",
	  ctl_audit_inspect },
	{ { "incidents", "list" },
	  "[--year YYYY | --all] [--json]",
	  "reported incidents that are open, or all of a fiscal year (Art. 9)",
	  "対応中の障害等の一覧。--year はその年度のすべて（第9条）",
	  ctl_incidents_list },
	{ { "incidents", "show" },
	  "ID [--json | --original]",
	  "one of them, with its report and what was added; or the mail as it came",
	  "障害等ひとつの連絡と経過（--original は連絡のメール）",
	  ctl_incidents_show },
	{ { "incidents", "note" },
	  "ID --text TEXT",
	  "add what was found so far",
	  "障害等の経過を書き加える",
	  ctl_incidents_note },
	{ { "incidents", "close" },
	  "ID --cause TEXT --measure TEXT",
	  "record cause and measure, and tell who reported it",
	  "障害等の原因と対応を記録し、連絡者に知らせる",
	  ctl_incidents_close },
	{ { "directory", "check" },
	  "[--json]",
	  "what in the directory contradicts the regulation (Art. 4)",
	  "名簿の矛盾の検査（第4条）",
	  ctl_directory_check },
	{ { "apply", "form1" },
	  "[--applicant WHO] [--section NAME] [--section-name JA:EN] [--approver WHO] "
	  "[--replace-approver] [--delegate WHO,...] [--staff WHO,...] "
	  "[--shared-mail ADDRESS,...] [--broadcast ADDRESS] [--broadcast-name JA:EN] "
	  "[--list LIST] [--bind DN [--bind-password FILE] | --external] "
	  "[--refuse REASON] [--dry-run]",
	  "use of the service: register a section, its people, an address (Art. 10)",
	  "利用申請（様式第1号・第10条）: 課・人・配信用アドレスの登録",
	  ctl_apply_form1 },
	{ { "apply", "form2" },
	  "[--applicant WHO] [--section NAME] [--delegate WHO,...] [--staff WHO,...] "
	  "[--broadcast ADDRESS,...] [--bind DN [--bind-password FILE] | --external] "
	  "[--refuse REASON] [--dry-run]",
	  "end of use: of some, or of all of a section (Art. 11)",
	  "利用終了申請（様式第2号・第11条）: 一部または課全体",
	  ctl_apply_form2 },
	{ { "apply", "form3" },
	  "[--applicant WHO] [--person WHO] [--bind DN [--bind-password FILE] | --external] "
	  "[--refuse REASON] [--dry-run]",
	  "a new password (Art. 12)",
	  "パスワード初期化申請（様式第3号・第12条）",
	  ctl_apply_form3 },
	{ { "instruct", NULL },
	  "LOGIN --reason TEXT [--by DATE]",
	  "instruct a staff member's approver to improve matters (Art. 6-2)",
	  "担当者についての改善指示を配信責任者へ送る（第6条第2項）",
	  ctl_instruct },
	{ { "dormant", NULL },
	  "[--days N] [--json]",
	  "approvers and staff without an operation for so long (Art. 6)",
	  "長く使っていない配信責任者・担当者（第6条）",
	  ctl_dormant },
	{ { "people", "signatures", "list" },
	  "[LOGIN] [--json]",
	  "what people have said is their signature, in replies",
	  "返信の署名として本人が教えたものの一覧",
	  ctl_signatures_list },
	{ { "people", "signatures", "forget" },
	  "LOGIN HASH | LOGIN --all",
	  "forget one of them, or all of somebody's",
	  "教えられた署名を忘れる",
	  ctl_signatures_forget },
	{ { "report", NULL },
	  "[--month YYYY-MM | --fiscal-year [YYYY]] [--html FILE | --csv | --json]",
	  "the report of a month (of the last one) or of a fiscal year, as text, or as HTML "
	  "to print; a year's also as CSV",
	  "情報配信月次報告・年度報告（既定は前月分・前年度分。--html は印刷用、年度報告は --csv も）",
	  ctl_report },
	{ { "setup", "check" },
	  "[--login UID --password-file FILE] [--submission URL] [--mta-config PATH] "
	  "[--nameserver ADDRESS] [--wait TIME] [--json]",
	  "go the way of a mail, and say what is missing; after every change to the mail "
	  "system",
	  "メールの通り道を自分宛ての一通で確かめ、足りないものを示す（メール設備を変えたら必ず）",
	  ctl_setup_check },
	{ { "keys", "make" },
	  "",
	  "make the keys, where there are none",
	  "鍵を作る（無いときだけ）",
	  ctl_keys_make },
	{ { "keys", "rotate" },
	  "",
	  "sign tokens with a new key from now on",
	  "署名の鍵を新しくする",
	  ctl_keys_rotate },
	{ { "store", "init" },
	  "[--reason TEXT]",
	  "make the store, where there is none",
	  "保存庫を作る（まだないとき）",
	  ctl_store_init },
	{ { "store", "accept" },
	  "--reason TEXT",
	  "go on with a store that is not what it was (Art. 8, 9)",
	  "以前と違う保存庫を、理由を記録してそのまま使う（第8条・第9条）",
	  ctl_store_accept },
	{ { "clock", "confirm" },
	  "",
	  "the machine's clock has jumped, and is right as it is now",
	  "時計が急に変わったあと、いまの時計が正しいと認める",
	  ctl_clock_confirm },
	{ { "backup", NULL },
	  "FILE",
	  "a consistent copy of the store, while it is in use",
	  "保存庫の複製（動作中でも可）",
	  ctl_backup },
	{ { "restore", NULL },
	  "FILE",
	  "check a copy, and put it in the store's place",
	  "複製を検査して保存庫を置き換える",
	  ctl_restore },
	{ { "setup", NULL },
	  "[--domain DOMAIN] [--service-domain DOMAIN] [--base DN] [--mta MTA] "
	  "[--admin LOGIN] [--admin-mail ADDRESS] [--no-pam] [--postfix FOLDER] "
	  "[--sendmail FOLDER] [--dovecot FOLDER] [--saslauthd PATH] [--ldap-uri URI] "
	  "[--print] [--yes]",
	  "set up directory, logins and mail system; --print only shows it",
	  "名簿・ログイン・メールサーバーの設定（--print は表示だけ）",
	  ctl_setup },
	{ { "deliver", NULL },
	  "--sender S --recipient R [--queue-id Q]",
	  "take a mail from the MTA's pipe (on standard input)",
	  "MTA からメールを受け取る（標準入力）",
	  ctl_deliver },
};

#define COMMANDS_COUNT (sizeof(ctl_commands) / sizeof(ctl_commands[0]))

static int print_usage(FILE *out, int status)
{
	const bool japanese = ctl_is_japanese();

	fprintf(out, japanese ? "使い方: kairanctl [-c ファイル] コマンド\n"
			      : "usage: kairanctl [-c FILE] COMMAND\n");
	for (size_t i = 0; i < COMMANDS_COUNT; i++) {
		fputs("\n  ", out);
		ctl_print_command(out, &ctl_commands[i]);
		fprintf(out, "\n      %s\n",
			japanese ? ctl_commands[i].meaning_ja
				 : ctl_commands[i].meaning_en);
	}
	return status;
}

/* Is a word of the command line an option whose value is the next word? */
static bool takes_value(const struct ctl_command *command, const char *word)
{
	const size_t length = strlen(word);

	for (const char *at = command->arguments; length > 2 && *at != '\0'; at++)
		if (strncmp(at, word, length) == 0 && at[length] == ' ')
			return at[length + 1] >= 'A' && at[length + 1] <= 'Z';
	return false;
}

/* Is help asked for? A value that happens to read so is a value: mail from an address "-h" is
 * to be delivered. */
static bool wants_help(const struct ctl_command *command, int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0)
			return true;
		if (takes_value(command, argv[i]))
			i++;
	}
	return false;
}

static int print_help(const struct ctl_command *command)
{
	const bool japanese = ctl_is_japanese();

	fputs(japanese ? "使い方: kairanctl " : "usage: kairanctl ", stdout);
	ctl_print_command(stdout, command);
	printf("\n    %s\n", japanese ? command->meaning_ja : command->meaning_en);
	return EX_OK;
}

/* For the shell's completion: the words of each command, and its options, a line each. */
static int print_words(void)
{
	for (size_t i = 0; i < COMMANDS_COUNT; i++) {
		ctl_print_command(stdout, &ctl_commands[i]);
		putchar('\n');
	}
	return EX_OK;
}

/* How many words of the command line name this command; 0 when it is another. */
static int match_command(const struct ctl_command *command, int argc, char **argv)
{
	int words = 0;

	if (argc >= 1 && strcmp(command->words[0], "drafts") == 0 &&
	    strcmp(argv[0], command->words[1]) == 0)
		return 1;
	for (; words < CTL_WORDS_MOST && command->words[words] != NULL; words++)
		if (words >= argc || strcmp(argv[words], command->words[words]) != 0)
			return 0;
	return words;
}

static int fail_unset(const struct ctl_call *call, const char *why)
{
	const bool forbidden = access(call->path, R_OK) != 0 && errno == EACCES;
	const int status = forbidden ? EX_NOPERM : EX_CONFIG;
	g_autofree char *text =
	    g_strconcat(why, forbidden ? " (kairanctl is for root, by sudo)" : "", NULL);

	if (call->command->run == ctl_deliver)
		return ctl_deliver_fail(text);
	/* A monitor has exit codes of its own. */
	return call->command->run == ctl_status ? ctl_status_fail(call, status, text)
						: ctl_fail(status, "%s", text);
}

/* Is the answer read by a program? */
static bool is_for_program(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "--json") == 0)
			return true;
	return false;
}

/* What the pipe's standard error has, a stranger reads in a bounce. */
static enum log_target find_log_target(const struct ctl_command *command,
				       const struct settings *settings)
{
	return command->run == ctl_deliver && !isatty(STDERR_FILENO)
		   ? LOG_TARGET_SYSLOG
		   : (enum log_target)settings->log_target;
}

static int run_command(const struct ctl_command *command, const char *path, int argc,
		       char **argv)
{
	struct ctl_call call = { command, path, NULL, argc, argv };
	struct settings *settings = NULL;
	struct kairan_error error;
	int status;

	/* As the daemon: nothing that kairan makes is for everybody. */
	(void)umask(0027);
	if (!settings_load(path, &settings, &error))
		/* Where there are none yet, setup makes them. */
		return command->run == ctl_setup ? ctl_setup(&call)
						 : fail_unset(&call, error.text);
	log_open("kairanctl", find_log_target(command, settings));
	clock_open_test(settings->test_clock);
	fault_open(settings->test_clock, "ctl");
	call.settings = settings;
	/* Programs read English, whoever starts them. */
	if (is_for_program(argc, argv))
		(void)setenv("LC_ALL", "C", 1);
	ctl_say_open(settings);
	status = command->run(&call);
	settings_free(settings);
	return status;
}

/* No such command; where its first word is one, only those are possible. */
static int refuse(int argc, char **argv)
{
	bool known = false;

	for (size_t i = 0; argc > 0 && i < COMMANDS_COUNT; i++)
		known = known || strcmp(ctl_commands[i].words[0], argv[0]) == 0;
	if (argc > 0)
		fprintf(stderr, "kairanctl: there is no command \"%s%s%s\"\n", argv[0],
			known && argc > 1 ? " " : "", known && argc > 1 ? argv[1] : "");
	if (!known)
		return print_usage(stderr, EX_USAGE);
	for (size_t i = 0; i < COMMANDS_COUNT; i++) {
		if (strcmp(ctl_commands[i].words[0], argv[0]) != 0)
			continue;
		fputs("  kairanctl ", stderr);
		ctl_print_command(stderr, &ctl_commands[i]);
		fputc('\n', stderr);
	}
	return EX_USAGE;
}

static int find_and_run(const char *path, int argc, char **argv)
{
	for (size_t i = 0; i < COMMANDS_COUNT; i++) {
		const struct ctl_command *command = &ctl_commands[i];
		const int words = match_command(command, argc, argv);

		if (words == 0)
			continue;
		if (wants_help(command, argc - words, argv + words))
			return print_help(command);
		return run_command(command, path, argc - words, argv + words);
	}
	return refuse(argc, argv);
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' },
						 { "version", no_argument, NULL, 'V' },
						 { NULL, 0, NULL, 0 } };
	const char *path = settings_default_path();
	int letter;

	ctl_mask_open();
	/* '+': options after the command are the command's. */
	while ((letter = getopt_long(argc, argv, "+c:hVw", options, NULL)) != -1) {
		switch (letter) {
		case 'c':
			path = optarg;
			break;
		case 'h':
			return print_usage(stdout, EX_OK);
		case 'V':
			puts(PACKAGE_STRING);
			return EX_OK;
		case 'w':
			return print_words();
		default:
			return print_usage(stderr, EX_USAGE);
		}
	}
	return find_and_run(path, argc - optind, argv + optind);
}
