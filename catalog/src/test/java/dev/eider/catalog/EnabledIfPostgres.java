package dev.eider.catalog;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Runs a test, or a class of them, where PostgreSQL is installed; elsewhere it is counted as skipped, or fails where
 * {@code -Deider.test.postgres.required=true} forbids that.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(EnabledIfPostgres.Condition.class)
public @interface EnabledIfPostgres {

    /** Looks for the server's programs; starts nothing. */
    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            if (PostgresBinaries.find().isPresent()) {
                return ConditionEvaluationResult.enabled("PostgreSQL found");
            }
            PostgresBinaries.refuseIfRequired();
            return ConditionEvaluationResult.disabled(PostgresBinaries.MISSING);
        }
    }
}
