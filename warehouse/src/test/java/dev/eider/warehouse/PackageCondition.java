package dev.eider.warehouse;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.jspecify.annotations.NullMarked;

/** Holds for classes whose package declares that types are non-null unless they say otherwise. */
final class PackageCondition extends ArchCondition<JavaClass> {
    PackageCondition() {
        super("be in a package that is @NullMarked");
    }

    @Override
    public void check(JavaClass item, ConditionEvents events) {
        if (!item.getPackage().isAnnotatedWith(NullMarked.class)) {
            events.add(SimpleConditionEvent.violated(item, item.getPackageName() + " is not @NullMarked"));
        }
    }
}
