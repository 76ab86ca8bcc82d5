/**
 * The front end for SQL statements: which kind it is, and what it takes to run it.
 *
 * <p>Sits above {@code warehouse.read} and {@code warehouse.write}, the only package that knows both.
 */
@NullMarked
package dev.eider.warehouse.statement;

import org.jspecify.annotations.NullMarked;
