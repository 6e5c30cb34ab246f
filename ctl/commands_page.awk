# The list of commands in kairanctl(8), made by make:
#
#	kairanctl -h | awk -f commands_page.awk -v page=kairanctl.8.page
#
# Copies the page; where a line @COMMANDS@ stands, what "kairanctl -h" printed follows as the
# items of a list in mdoc(7): a line "  WORDS ARGUMENTS", then a line with the meaning.

# One word of a synopsis, such as "[--state" or "STATE]", as mdoc has it.
function mark(word,    front, back) {
	while (sub(/^\[/, "", word))
		front = front " Oo"
	while (sub(/\]$/, "", word))
		back = back " Oc"
	if (sub(/\.\.\.$/, "", word))
		back = " ..." back
	if (sub(/^--/, "", word))
		word = "Fl Fl " word
	else if (word == "|")
		word = "No \\&|"
	else if (word ~ /^[A-Z]/)
		word = "Ar " word
	else
		word = "Cm " word
	return front " " word back
}

function copy_table(    i, item, count, words) {
	while ((getline item) > 0) {
		if (item !~ /^  [^ ]/)
			continue
		count = split(item, words)
		printf ".It"
		for (i = 1; i <= count; i++)
			printf "%s", mark(words[i])
		if ((getline item) <= 0)
			exit 1
		sub(/^ +/, "", item)
		print "\n" item
		items++
	}
}

BEGIN {
	while ((getline line < page) > 0) {
		if (line == "@COMMANDS@")
			copy_table()
		else
			print line
	}
	exit(items > 0 ? 0 : 1)
}
