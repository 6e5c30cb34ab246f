/*
 * PostgreSQL as a driver (schema/sql_driver.h): path is a connection URI of libpq.
 *
 * Whoever writes takes one advisory lock for the length of the transaction, also to read first.
 * Serializable transactions would do without, but any of them may then fail at its end and has to
 * be done again: a group of transactions (store.h) would fail with one of its members, and each
 * member would have to be told to begin anew, where a mail is being answered. The audit trail is
 * one chain, whose next row hangs on the last, so there is nothing to be won: all that is
 * recorded would collide in it. By turns each sees what all before it have written, as in SQLite.
 * It also ends a doubt: whoever lost the connection in the middle of COMMIT gets the lock when
 * that transaction is over in the server, and finds what became of it.
 */
#ifndef KAIRAN_SCHEMA_SQL_POSTGRES_H
#define KAIRAN_SCHEMA_SQL_POSTGRES_H

extern const struct sql_driver sql_postgres;

#endif
