/*
 * NAME
 *	report_chart - charts of the monthly report
 *
 * DESCRIPTION
 *	Writes SVG that needs neither script nor style sheet nor anything else from outside.
 *	It is as wide as a phone and grows with the page. Every value is written beside its
 *	bar, and the second series is hatched, so that it can be read in black and white; title
 *	and description say the same to whoever cannot see it.
 *
 *	A chart with many bars is cut into several pictures, for a picture cannot be broken
 *	between two pages.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/report/chart.h"

#include <glib.h>

#include "milter/mail/template.h"
#include "policy/columns.h"
#include "policy/text.h"

#define WIDTH         360
#define COLUMN_HEIGHT 80  /* of the highest one */
#define COLUMN_TOP    22  /* room for a value above it */
#define COLUMN_WIDE   40  /* of the widest one */
#define BAR_WIDTH     250 /* of the longest one; the rest is for its value */
#define BAR_HEIGHT    14
#define LINE_HEIGHT   18 /* of a label */
#define ITEM_GAP      8
#define ITEMS_AT_ONCE 15
#define LABEL_COLUMNS 50

struct item {
	char *label;
	int64_t values[REPORT_CHART_SERIES];
	char *shown[REPORT_CHART_SERIES];
};

struct report_chart {
	char *id;
	char *title;
	char *series[REPORT_CHART_SERIES];
	GArray *items;
	int64_t highest;
};

static void clear_item(void *pointer)
{
	struct item *item = pointer;

	g_free(item->label);
	for (int i = 0; i < REPORT_CHART_SERIES; i++)
		g_free(item->shown[i]);
}

static char *make_line(const char *text)
{
	char *line = g_utf8_make_valid(text, -1);

	text_fold_line(line);
	return line;
}

struct report_chart *report_chart_new(const char *id, const char *title,
				      const char *const series[REPORT_CHART_SERIES])
{
	struct report_chart *chart = g_new0(struct report_chart, 1);

	chart->id = g_strdup(id);
	chart->title = make_line(title);
	for (int i = 0; i < REPORT_CHART_SERIES; i++)
		chart->series[i] = g_strdup(series[i]);
	chart->items = g_array_new(FALSE, FALSE, sizeof(struct item));
	g_array_set_clear_func(chart->items, clear_item);
	return chart;
}

void report_chart_free(struct report_chart *chart)
{
	if (chart == NULL)
		return;
	g_free(chart->id);
	g_free(chart->title);
	for (int i = 0; i < REPORT_CHART_SERIES; i++)
		g_free(chart->series[i]);
	g_array_unref(chart->items);
	g_free(chart);
}

void report_chart_add(struct report_chart *chart, const char *label,
		      const int64_t values[REPORT_CHART_SERIES],
		      const char *const shown[REPORT_CHART_SERIES])
{
	g_autofree char *line = make_line(label);
	struct item item = { .label = columns_cut(line, LABEL_COLUMNS) };

	for (int i = 0; i < REPORT_CHART_SERIES; i++) {
		item.values[i] = MAX(values[i], 0);
		item.shown[i] = shown[i] != NULL ? make_line(shown[i]) : NULL;
	}
	g_array_append_val(chart->items, item);
}

void report_chart_set_highest(struct report_chart *chart, int64_t highest)
{
	chart->highest = highest;
}

static const struct item *get_item(const struct report_chart *chart, guint number)
{
	return &g_array_index(chart->items, struct item, number);
}

static int64_t find_highest(const struct report_chart *chart)
{
	int64_t highest = MAX(chart->highest, 1);

	for (guint i = 0; i < chart->items->len; i++)
		for (int series = 0; series < REPORT_CHART_SERIES; series++)
			highest = MAX(highest, get_item(chart, i)->values[series]);
	return highest;
}

/* A value's length in a chart whose longest is most; what is not nothing can be seen. */
static int scale(int64_t value, int64_t highest, int most)
{
	const int length = (int)((double)value / (double)highest * most + 0.5);

	return value > 0 ? MAX(length, 1) : 0;
}

/* ---- what every picture has ---- */

static void append_text(GString *out, int x, int y, const char *anchor, const char *text)
{
	g_string_append_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">", x, y,
			       anchor);
	template_escape(out, text);
	g_string_append(out, "</text>\n");
}

struct box {
	int x, y;
	int width, height;
};

static void append_box(GString *out, const struct report_chart *chart, int series,
		       struct box box)
{
	g_autofree char *hatch = g_strdup_printf("url(#%s-hatch)", chart->id);

	g_string_append_printf(out,
			       "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\""
			       " fill=\"%s\" stroke=\"#1f4e79\"/>\n",
			       box.x, box.y, box.width, box.height,
			       series == 0 ? "#1f4e79" : hatch);
}

static void append_description(GString *out, const struct report_chart *chart,
			       guint first, guint end)
{
	for (guint i = first; i < end; i++) {
		const struct item *item = get_item(chart, i);

		template_escape(out, item->label);
		for (int series = 0; series < REPORT_CHART_SERIES; series++) {
			if (item->shown[series] == NULL)
				continue;
			g_string_append(out, series == 0 ? ": " : ", ");
			if (chart->series[series] != NULL) {
				template_escape(out, chart->series[series]);
				g_string_append_c(out, ' ');
			}
			template_escape(out, item->shown[series]);
		}
		g_string_append(out, i + 1 < end ? "; " : "");
	}
}

static void open_picture(GString *out, const struct report_chart *chart, guint first,
			 guint end, int height)
{
	g_string_append_printf(
	    out,
	    "<svg role=\"img\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
	    " aria-labelledby=\"%s-%u-title %s-%u-desc\" font-size=\"12\">\n"
	    "<title id=\"%s-%u-title\">",
	    WIDTH, height, WIDTH, height, chart->id, first, chart->id, first, chart->id,
	    first);
	template_escape(out, chart->title);
	g_string_append_printf(out, "</title>\n<desc id=\"%s-%u-desc\">", chart->id,
			       first);
	append_description(out, chart, first, end);
	g_string_append(out, "</desc>\n");
	if (chart->series[1] != NULL && first == 0)
		g_string_append_printf(
		    out,
		    "<defs><pattern id=\"%s-hatch\" width=\"6\" height=\"6\""
		    " patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
		    "<rect width=\"6\" height=\"6\" fill=\"#fff\"/>"
		    "<rect width=\"2\" height=\"6\" fill=\"#1f4e79\"/>"
		    "</pattern></defs>\n",
		    chart->id);
}

static void open_figure(GString *out, const struct report_chart *chart)
{
	g_string_append(out, "<figure>\n<figcaption>");
	template_escape(out, chart->title);
	g_string_append(out, "</figcaption>\n");
}

/* ---- columns ---- */

static void append_column(GString *out, const struct report_chart *chart, guint number,
			  int64_t highest)
{
	const struct item *item = get_item(chart, number);
	const int slot = WIDTH / (int)chart->items->len;
	const int middle = slot * (int)number + slot / 2;
	const int width = MIN(slot - ITEM_GAP, COLUMN_WIDE);
	const int height = scale(item->values[0], highest, COLUMN_HEIGHT);
	const int base = COLUMN_TOP + COLUMN_HEIGHT;

	if (height > 0)
		append_box(
		    out, chart, 0,
		    (struct box){ middle - width / 2, base - height, width, height });
	append_text(out, middle, base - height - 5, "middle",
		    item->shown[0] != NULL ? item->shown[0] : "");
	append_text(out, middle, base + LINE_HEIGHT - 3, "middle", item->label);
}

char *report_chart_write_columns(const struct report_chart *chart)
{
	GString *out = g_string_new(NULL);
	const int base = COLUMN_TOP + COLUMN_HEIGHT;
	const int64_t highest = find_highest(chart);

	if (chart->items->len == 0)
		return g_string_free(out, FALSE);
	open_figure(out, chart);
	open_picture(out, chart, 0, chart->items->len, base + LINE_HEIGHT + 4);
	for (guint i = 0; i < chart->items->len; i++)
		append_column(out, chart, i, highest);
	g_string_append_printf(out,
			       "<line x1=\"0\" y1=\"%d\" x2=\"%d\" y2=\"%d\""
			       " stroke=\"#333\"/>\n</svg>\n</figure>\n",
			       base, WIDTH, base);
	return g_string_free(out, FALSE);
}

/* ---- bars ---- */

static int count_series(const struct report_chart *chart)
{
	return chart->series[1] != NULL ? 2 : 1;
}

static int find_item_height(const struct report_chart *chart)
{
	return LINE_HEIGHT + count_series(chart) * (BAR_HEIGHT + 3) + ITEM_GAP;
}

/* What the two kinds of bars mean, one after the other. */
static int append_legend(GString *out, const struct report_chart *chart, int y)
{
	int x = 1;

	if (chart->series[1] == NULL)
		return y;
	for (int series = 0; series < REPORT_CHART_SERIES; series++) {
		append_box(out, chart, series,
			   (struct box){ x, y + 4, BAR_HEIGHT - 2, BAR_HEIGHT - 2 });
		append_text(out, x + BAR_HEIGHT + 4, y + LINE_HEIGHT - 4, "start",
			    chart->series[series]);
		/* Half as wide as high, but for a kanji. */
		x += 2 * BAR_HEIGHT + 10 + columns_count(chart->series[series]) * 7;
	}
	return y + LINE_HEIGHT + ITEM_GAP;
}

static void append_bars(GString *out, const struct report_chart *chart,
			const struct item *item, int y, int64_t highest)
{
	append_text(out, 1, y + LINE_HEIGHT - 5, "start", item->label);
	y += LINE_HEIGHT;
	for (int series = 0; series < count_series(chart); series++) {
		const int length = scale(item->values[series], highest, BAR_WIDTH);

		if (item->shown[series] == NULL)
			continue;
		if (length > 0)
			append_box(out, chart, series,
				   (struct box){ 1, y, length, BAR_HEIGHT });
		append_text(out, length + 7, y + BAR_HEIGHT - 3, "start",
			    item->shown[series]);
		y += BAR_HEIGHT + 3;
	}
}

static void append_picture(GString *out, const struct report_chart *chart, guint first,
			   guint end, int64_t highest)
{
	const int legend =
	    chart->series[1] != NULL && first == 0 ? LINE_HEIGHT + ITEM_GAP : 0;
	int y = 0;

	open_picture(out, chart, first, end,
		     legend + (int)(end - first) * find_item_height(chart));
	if (first == 0)
		y = append_legend(out, chart, y);
	for (guint i = first; i < end; i++) {
		append_bars(out, chart, get_item(chart, i), y, highest);
		y += find_item_height(chart);
	}
	g_string_append(out, "</svg>\n");
}

char *report_chart_write_bars(const struct report_chart *chart)
{
	GString *out = g_string_new(NULL);
	const int64_t highest = find_highest(chart);

	if (chart->items->len == 0)
		return g_string_free(out, FALSE);
	open_figure(out, chart);
	for (guint i = 0; i < chart->items->len; i += ITEMS_AT_ONCE)
		append_picture(out, chart, i, MIN(i + ITEMS_AT_ONCE, chart->items->len),
			       highest);
	g_string_append(out, "</figure>\n");
	return g_string_free(out, FALSE);
}
