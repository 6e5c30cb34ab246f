#!/bin/sh
# Policy is pure: facts and the clock come in as arguments, verdicts go out. What its
# library asks of other libraries must stand in this list; whoever adds a line here makes
# sure that it reads no clock, no environment and no file, and writes to none.
#
# $LIBPOLICY is the library. Speaks TAP.

set -u
LC_ALL=C
export LC_ALL

is_allowed() {
	case $1 in
	# Memory, and octets in it.
	malloc | calloc | realloc | free | abort) ;;
	mem[a-z]* | strchr | strrchr | strchrnul | strstr | strspn | strcspn | strpbrk) ;;
	strlen | strnlen | strcmp | strncmp | strcasecmp | strncasecmp) ;;
	strcpy | strcat | strdup | strndup | stpcpy | strtol | strtoll | strtoul | strtoull) ;;
	snprintf | vsnprintf | qsort | bsearch) ;;
	__errno_location | __ctype_b_loc | __ctype_tolower_loc | __ctype_toupper_loc) ;;
	# The same under _FORTIFY_SOURCE, and under the C23 names of newer systems.
	__mem[a-z]*_chk | __str[a-z]*_chk | __stpcpy_chk) ;;
	__snprintf_chk | __vsnprintf_chk | __isoc23_strto*) ;;
	# GLib's strings and containers.
	g_malloc* | g_realloc* | g_free | g_clear_pointer | g_strdup* | g_strndup) ;;
	g_str_has_* | g_str_equal | g_str_hash | g_strsplit* | g_strjoin* | g_strfreev) ;;
	g_strconcat | g_strchug | g_strchomp | g_strrstr* | g_strstr_len | g_strv_*) ;;
	g_string_* | g_ptr_array_* | g_array_* | g_byte_array_* | g_hash_table_*) ;;
	g_regex_* | g_match_info_*) ;;
	g_ascii_* | g_str_is_ascii | g_unichar_* | g_utf8_* | g_hostname_to_ascii) ;;
	# What a zone that was read elsewhere says about a time.
	g_time_zone_find_interval | g_time_zone_get_offset | g_date_get_days_in_month) ;;
	g_date_time_new | g_date_time_to_unix | g_date_time_unref) ;;
	# libunistring, and OpenSSL's digests.
	u8_* | u32_* | uc_* | uninorm_*) ;;
	HMAC | EVP_sha256 | EVP_Digest* | EVP_MAC_* | OSSL_PARAM_* | CRYPTO_memcmp) ;;
	OPENSSL_cleanse) ;;
	# What compilers put in by themselves.
	bcmp | __stack_chk_fail | _GLOBAL_OFFSET_TABLE_ | __tls_get_addr) ;;
	__asan_* | __ubsan_* | __sanitizer_* | __gcov_* | llvm_gcov_*) ;;
	*) return 1 ;;
	esac
	# Within the patterns above, yet not pure.
	case $1 in
	g_utf8_collate* | g_string_append_uri*) return 1 ;;
	*) return 0 ;;
	esac
}

count=0
failed=0

report() { # OK NAME
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
		failed=1
	fi
}

# The filter itself: none of these may ever pass.
impure=
for symbol in open open64 openat fopen fopen64 fdopen read write __read_chk close socket \
	connect getaddrinfo time gettimeofday clock_gettime localtime gmtime_r mktime strftime \
	getenv secure_getenv setenv printf puts putchar fprintf __printf_chk __fprintf_chk \
	fputs fwrite perror stdout stderr system fork exec execve popen signal raise sleep \
	getpid getrandom rand random syslog setlocale pthread_create pthread_mutex_lock \
	g_file_get_contents g_getenv g_get_real_time g_get_monotonic_time g_date_time_new_now g_time_zone_new_identifier \
	g_print g_printerr g_log g_spawn_sync g_thread_new g_random_int g_io_channel_new_file \
	sqlite3_open sqlite3_exec ldap_search_ext ldap_initialize smfi_main smfi_addrcpt \
	g_mime_parser_new g_mime_init curl_easy_perform cfg_parse RAND_bytes EVP_RAND_generate \
	log_event clock_now settings_load store_begin directory_find_person; do
	if is_allowed "$symbol"; then
		impure="$impure $symbol"
	fi
done
[ -z "$impure" ]
report $? "the list lets nothing through that does I/O"
[ -z "$impure" ] || echo "# let through:$impure"

[ -n "${LIBPOLICY:-}" ] && [ -r "$LIBPOLICY" ]
found=$?
report $found "the library is there"
if [ $found -ne 0 ]; then
	echo "# LIBPOLICY=${LIBPOLICY:-}"
	echo "1..$count"
	exit 1
fi

# The library's own symbols, and what it wants: "U NAME" lines, weak ones included.
own=$(${NM:-nm} "$LIBPOLICY" | awk 'NF == 3 && $2 != "U" { print $3 }')
wanted=$(${NM:-nm} -u "$LIBPOLICY" | awk 'NF == 2 && $1 ~ /^[Uwv]$/ { print $2 }' | sort -u)

[ -n "$own" ] && [ -n "$wanted" ]
report $? "its symbols could be read"

foreign=
for symbol in $wanted; do
	case "
$own
" in
	*"
$symbol
"*) continue ;;
	esac
	if ! is_allowed "$symbol"; then
		foreign="$foreign $symbol"
	fi
done
[ -z "$foreign" ]
report $? "it calls nothing that does I/O, reads a clock or the environment"
[ -z "$foreign" ] || echo "# not in the list:$foreign"

echo "1..$count"
exit $failed
