/*
 * NAME
 *	reply_doubt - what takes an approval back
 *
 * DESCRIPTION
 *	A wrong mail to 20,000 phones cannot be called back, while an approval that was not
 *	counted costs one more reply. So the tables of doubts are wide, and words first lose
 *	what is only said out of courtesy (問題ありません, "no problem").
 *
 *	Text is compared folded, with one blank for each run of white space and punctuation;
 *	a blank in the tables stands for such a run, or for an end of the text.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/reply_doubt.h"

#include <glib.h>
#include <string.h>

#include "policy/line.h"
#include "policy/text.h"

/* What people say with an approval, and what neither takes it back nor adds to it. Longer
 * phrases first. */
/* clang-format off */
static const char *const doubt_courtesies[] = {
	"👍", "👌", "よろしくお願いいたします", "よろしくお願い致します", "よろしくお願い申し上げます",
	"よろしくお願いします", "宜しくお願いいたします", "宜しくお願い致します",
	"宜しくお願い申し上げます", "宜しくお願いします", "何卒", "よろしく", "宜しく",
	/* As a sentence of their own only: 確認をお願いします asks for something. */
	" お願いします ", " お願いいたします ", " お願い致します ", " お願い申し上げます ",
	"すぐに", "至急", "早急に",
	"ありがとうございました", "ありがとうございます", "ありがとう", "お疲れ様でした",
	"お疲れ様です", "お疲れさまです", "お世話になっております", "お世話になります",
	"ご苦労様です", "いつも", "内容を確認いたしました", "内容を確認しました",
	"内容確認しました", "確認いたしました", "確認致しました", "確認しました",
	"問題ありませんでした", "問題はありません", "問題ありません", "問題ございません",
	"問題ないです", "問題ないと思います", "問題なし", "異議ありません", "異議なし",
	"異存ありません", "異存なし", "間違いはありません", "間違いありません",
	"間違いなし", "相違ありません", "誤りはありません", "誤りありません", "誤りなし",
	"誤字脱字なし", "誤字なし", "修正ありがとうございました",
	"修正ありがとうございます", "修正を確認しました", "修正確認しました",
	"修正は不要です", "修正不要です", "修正はありません", "修正の必要はありません",
	"変更はありません", "変更ありません", "変更なし", "申し訳ありませんが", "申し訳ございませんが",
	"すみませんが", "遅くなり申し訳ありません",
	"遅くなってすみません", "遅くなりましたが", "申し訳ありません",
	"申し訳ございません", "すみません", "お待たせいたしました", "お待たせしました",
	"恐縮ですが", "恐れ入りますが", "お手数おかけしますが", "お手数をおかけいたしますが",
	"お手数おかけいたしますが", "お手数ですが", "お手数をおかけしますが",
	"大丈夫です", "結構です", "了解です", "了解しました", "承知しました", "この内容で",
	"この文面で", "この原稿で", "これで", "このまま",
	/* As a sentence of their own only, too: 夕方に配信してください asks for another time. */
	" 配信をお願いいたします ", " 配信をお願いします ", " 配信お願いいたします ",
	" 配信お願いします ", " 配信願います ", " 配信してください ", " 配信して下さい ", " 進めてください ", " 進めて下さい ",
	" 流してください ", " 流して下さい ", " 送ってください ", " 送って下さい ",
	" 送信してください ", " 送信して下さい ", " 発信してください ", " 発信して下さい ", "待てない", "待てません",
	"待てず", "間に合わない", "間に合いません", " thank you very much ",
	" thanks a lot ", " many thanks ", " thank you ", " thanks ", " please go ahead ",
	" go ahead ", " please send it ", " please send ", " looks good to me ",
	" looks good ", " all good ", " lgtm ", " no problems ", " no problem ",
	" no changes needed ", " no changes ", " no objections ", " no objection ",
	" kind regards ", " best regards ", " regards ", " perfect ", " great ",
	" please ", " cannot wait until ", " can't wait until ", " cannot wait ",
	" can't wait ", NULL,
};
/* clang-format on */

/* What takes any approval back, or makes it depend on something. */
/* clang-format off */
static const char *const doubt_always[] = {
	"?", "❓", "❔", "か ", "かな ", "かね ", "よね ", "かしら ", "ただし", "但し",
	"しかし", "けど", "けれど", "ですが", "ますが", "ましたが", "ませんが", " が",
	"条件", "できません", "出来ません", "できない", "出来ない", "できかね", "出来かね",
	"しかね", "致しかね", "しません", "しない", "いけません", "認めない", "認めません",
	"承認不可", "未承認", "非承認", "不承認", "承認待", "取り消", "取消", "中止して",
	"やめて", "止めて", "待って", "待ち", "お待", "保留", "差戻", "差し戻", "却下",
	"否認", "否決", "撤回", "見送って", "見送り", "見送る", "または", "又は",
	"もしくは", "嘘", "冗談", "誤送信", "直してから", "修正してから", "修正後", "×",
	"✕", "✖", "❌", "👎", "🚫", "⛔", "🛑", "\xef\xbf\xbd", " but ", " if ", " not ", "n't ", " dont ", " cant ",
	" wont ", " except ", " unless ", " until ", " however ", " wait ", " wait",
	" hold on ", " hold off ", " reject", " cannot ", " can not ", " ng ", " cancel",
	" withdraw", " never ", " nope ", " or ", " ignore ", " disregard ", " undo ",
	" revoke", " by mistake ", NULL,
};
/* clang-format on */

/* Further doubts where no reason is asked for: words that could stand in a reason. */
/* clang-format off */
static const char *const doubt_plain[] = {
	"ない", "ません", "なかった", "ずに", "無理", "だめ", "ダメ", "駄目", "嫌", "困る",
	"困り", "不可", "不要", "不安", "まだ", "未定", "検討", "要確認", "再確認",
	"確認中", "確認後", "確認して", "確認をお願い", "確認お願い", "確認する",
	"確認します", "確認いたします", "確認致します", "確認の上", "確認のうえ", "予定",
	"仮承認", "仮です", "仮に", " 仮 ", "とりあえず", "一旦", "いったん", "たぶん",
	"多分", "おそらく", "明日", "明朝", "来週", "後日", "あとで", "後で", "後ほど",
	"のちほど", "てから", "の後", "した後", "次第", "たら", "れば", "なら", "場合",
	"必要", "前に", "までに", "直し", "直す", "直る", "修正", "訂正", "変更", "追記",
	"追加", "削除", "差し替", "差替", "書き換", "書き直", "改め", "抜けて", "漏れ",
	"間違", "誤", "ミス", "違い", "違う", "違って", "中止", "停止", "止め", "やめ",
	"取下", "取り下", "見送", "ではなく", "じゃなく", "以外", "除いて", "つもり",
	"と言", "という", "かもしれ", "はず", "べき", "ほうが", "方が", "誰", "何", "なぜ",
	"どうして", "どうすれ", "いつ",
	/* Whatever else is asked for, with the approval or instead of it. */
	"てください", "て下さい", "でください", "で下さい", "てほし", "て欲し", "てくれ",
	"でくれ", "ていただ", "て頂", "お願い", "願いま", " no ", " nothing", " stop", " after ", " before ",
	" though ", " although", " till ", " pending ", " later ", " tomorrow ",
	" tonight ", " once ", " when ", " first ", " only ", " provided ", " assuming ",
	" subject to ", " depend", " maybe ", " perhaps ", " without ", " fix", " change",
	" correct", " wrong ", " edit", " typo", " mistake", " error", " revis",
	" replace", " remove", " should ", " need", " must ", " require", " instead ",
	" let me ", " i'll ", " i will ", " i'd ", " i would ", " check", " review",
	" think ", " unable ", " by ", " who ", " what ", " why ", " how ",
	" add ", " delete", " insert", " rewrite", " rephrase", " reword", " update", " postpone",
	" delay", " hold ", NULL,
};
/* clang-format on */

/* What programs say that answer by themselves, and people who are away. */
/* clang-format off */
static const char *const doubt_absent[] = {
	"自動返信", "自動応答", "自動配信", "自動送信", "自動的に送信", "自動的に返信",
	"自動的に配信", "自動で送信", "自動で返信", "自動で配信", "自動メール", "送信専用",
	"配信専用", "不在にしております", "不在にしています", "不在としております",
	"不在となります", "不在となっております", "不在通知", "ただいま不在", "只今不在",
	"現在不在", "休暇をいただいて", "休暇を頂いて", "休暇を取得して", "休暇をとって",
	"休みをいただいて", "休みを頂いて", "ただいま休暇", "現在休暇", "帰庁後", "出社後",
	"出勤後", "戻り次第", "このメールに返信", "本メールに返信", "このメールへの返信",
	"本メールへの返信", "このアドレスに返信", "このアドレスへの返信", "返信いただいても",
	"返信いただきましても", "返信されても", "ご返信いただけません", "退職いたしました",
	"退職しました", "異動いたしました", "異動しました", " out of office ",
	" out of the office ", " auto reply ", " autoreply ", " auto response ",
	" autoresponse ", " autoresponder ", " auto responder ", " automatic reply ",
	" automatic response ", " automatic message ", " automatic answer ",
	" automatically generated ", " automatically sent ", " automated message ",
	" automated reply ", " automated response ", " automated email ",
	" automated e mail ", " auto generated ", " system generated ", " away from my ",
	" away from the office ", " on vacation ", " on annual leave ", " on leave ",
	" maternity leave ", " paternity leave ", " parental leave ", " on holiday ",
	" unattended ", " unmonitored ", " do not reply ", " no reply ", " noreply ",
	" currently away ", " currently out ", " limited access to ", " will be away ",
	" am away ", "abwesenheit", "automatische antwort", "nicht im büro", "ausser haus",
	"absence du bureau", "réponse automatique", "actuellement absent", "en congé",
	"fuera de la oficina", "respuesta automática", "fuori sede", "fuori ufficio",
	"risposta automatica", "fora do escritório", "resposta automática", "afwezig",
	"automatisch antwoord", "automatisk svar", "autosvar", "автоответ",
	"автоматический ответ", "нет в офисе", "自动回复", "自动答复", "自動回覆", "自動回復",
	"不在办公室", "不在辦公室", "休假中", "자동 회신", "자동회신", "자동 응답", "부재중",
	"부재 중", NULL,
};

/* Likewise, but where a reason is asked for they may be one. 不在者投票 and 出張所 are
 * neither. */
static const char *const doubt_away[] = {
	"不在の", "不在で", "不在に", "不在中", "不在と", "不在です", "不在 ", "休暇中", "休暇で",
	"休暇の", "休暇に", "休暇を", "休暇 ", "出張中", "出張で", "出張の", "出張に", "出張して",
	"出張 ", "外出中", "外出して", "外勤中", "お休み", "休業", "閉庁", "時間外", "産休", "育休",
	"療養中", NULL,
};
/* clang-format on */

/* Behind a web address that begins here; its marks and words are nobody's. */
static const char *skip_link(const char *at)
{
	if (!text_begins_with(at, "http://") && !text_begins_with(at, "https://"))
		return at;
	while (g_ascii_isgraph(*at) && strchr("<>\"", *at) == NULL)
		at++;
	return at;
}

/* Marks that say something. To GLib they are punctuation, as all symbols are. */
static const char doubt_marks[] =
    "'?❓❔×✕✖❌👎🚫⛔🛑👍👌\xef\xbf\xbd";

/* Folded, with one blank for each run of white space and punctuation, and one at each
 * end, so that " but " is found wherever it stands. Marks that say something stay, and
 * apostrophes; phones write the latter curly. */
static char *spread_words(const char *own)
{
	g_autofree char *folded = text_fold_case(own, strlen(own));
	GString *spread = g_string_new(" ");
	gunichar c;

	for (const char *at = skip_link(folded); *at != '\0';
	     at = skip_link(g_utf8_next_char(at))) {
		c = g_utf8_get_char(at);
		if (c == 0x2019 || c == 0x2018 || c == 0x02bc)
			c = '\'';
		if (line_is_blank_at(at) ||
		    (g_unichar_ispunct(c) && g_utf8_strchr(doubt_marks, -1, c) == NULL))
			c = ' ';
		if (c != ' ' || spread->str[spread->len - 1] != ' ')
			g_string_append_unichar(spread, c);
	}
	if (spread->str[spread->len - 1] != ' ')
		g_string_append_c(spread, ' ');
	return g_string_free(spread, FALSE);
}

/* The words spread, without courtesies. */
static char *spread_message(const char *own)
{
	char *spread = spread_words(own);

	for (size_t i = 0; doubt_courtesies[i] != NULL; i++) {
		char **pieces;

		if (strstr(spread, doubt_courtesies[i]) == NULL)
			continue;
		pieces = g_strsplit(spread, doubt_courtesies[i], -1);
		g_free(spread);
		spread = g_strjoinv(" ", pieces);
		g_strfreev(pieces);
	}
	return spread;
}

static bool has_doubt(const char *own, bool reason_asked)
{
	g_autofree char *message = spread_message(own);

	return line_has_any(message, doubt_always) ||
	       (!reason_asked && line_has_any(message, doubt_plain));
}

/* Behind digits: is it a time of day? */
static bool is_time(const char *at)
{
	if (*at == ':')
		return g_ascii_isdigit(at[1]) && g_ascii_isdigit(at[2]);
	if (text_begins_with(at, "時"))
		return !text_begins_with(at, "時間");
	at += *at == ' ' ? 1 : 0;
	return (*at == 'a' || *at == 'p') && at[1] == 'm' && !g_ascii_isalnum(at[2]);
}

static bool has_time(const char *line)
{
	for (const char *at = line; *at != '\0'; at++)
		if (g_ascii_isdigit(*at) && is_time(at + 1))
			return true;
	return false;
}

/* An approval sends at once, so a line that speaks of sending and of a time of day is a
 * condition. */
static bool is_timed(const char *own)
{
	static const char *const sends[] = { "送",      "配信",    "流し",   "流す",
					     "発信",    "出して",  "出す",   "予約",
					     "send",    "release", "go out", "publish",
					     "deliver", NULL };
	g_autofree char *folded = text_fold_case(own, strlen(own));
	bool timed = false;
	char **lines;

	if (!has_time(folded))
		return false;
	lines = g_strsplit(folded, "\n", -1);
	for (size_t i = 0; lines[i] != NULL && !timed; i++)
		timed = line_has_any(lines[i], sends) && has_time(lines[i]);
	g_strfreev(lines);
	return timed;
}

/* Mail programs break lines within Japanese words, so the lines are read joined as well. */
bool reply_doubt_is_found(const char *own, bool reason_asked)
{
	g_autofree char *joined = NULL;
	char **lines;

	if (has_doubt(own, reason_asked) || (!reason_asked && is_timed(own)))
		return true;
	if (strchr(own, '\n') == NULL)
		return false;
	lines = g_strsplit(own, "\n", -1);
	joined = g_strjoinv("", lines);
	g_strfreev(lines);
	return has_doubt(joined, reason_asked);
}

bool reply_doubt_is_courtesy(const char *own)
{
	g_autofree char *message = spread_message(own);

	return *line_skip_blank(message) == '\0';
}

bool reply_doubt_is_absence(const char *own, bool reason_asked)
{
	g_autofree char *spread = spread_words(own);

	return line_has_any(spread, doubt_absent) ||
	       (!reason_asked && line_has_any(spread, doubt_away));
}
