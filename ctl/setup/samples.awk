# Makes samples.c of the files that are named, with the names that they have in the source folder:
# awk -f samples.awk FILE... in the source folder.
BEGIN {
	print "/* Made by samples.awk. */"
	print "#include \"config.h\"\n"
	print "#include \"ctl/setup/samples.h\"\n"
	print "#include <glib.h>\n#include <string.h>\n"
	print "static const struct {\n\tconst char *name;\n\tconst char *text;\n} samples[] = {"
}

FNR == 1 {
	if (NR > 1)
		print "\t},"
	print "\t{ \"" FILENAME "\","
}

{
	gsub(/\\/, "&&")
	gsub(/"/, "\\\"")
	print "\t  \"" $0 "\\n\""
}

END {
	print "\t},\n};\n"
	print "const char *samples_find(const char *name)\n{"
	print "\tfor (size_t i = 0; i < G_N_ELEMENTS(samples); i++)"
	print "\t\tif (strcmp(samples[i].name, name) == 0)"
	print "\t\t\treturn samples[i].text;"
	print "\tg_error(\"there is no sample %s\", name);\n}"
}
