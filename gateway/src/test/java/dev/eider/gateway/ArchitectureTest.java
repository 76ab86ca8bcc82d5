package dev.eider.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.jspecify.annotations.NullMarked;

@AnalyzeClasses(packages = "dev.eider.gateway", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule FLIGHT_AND_GRPC_STAY_IN_THEIR_PACKAGE = noClasses()
            .that()
            .resideOutsideOfPackage("dev.eider.gateway.flight")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.arrow.flight..", "io.grpc..", "com.google.protobuf..");

    @ArchTest
    static final ArchRule THE_ENGINE_IS_OUT_OF_REACH =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("org.duckdb..", "org.sqlite..", "java.sql..");

    @ArchTest
    static final ArchRule FLIGHT_NEVER_SEES_HTTP = noClasses()
            .that()
            .resideInAPackage("dev.eider.gateway.flight")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.eider.gateway", "dev.eider.gateway.http..");

    @ArchTest
    static final ArchRule AUTHENTICATION_KNOWS_NO_PROTOCOL = noClasses()
            .that()
            .resideInAPackage("dev.eider.gateway.auth")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.eider.gateway", "dev.eider.gateway.flight..", "dev.eider.warehouse..");

    @ArchTest
    static final ArchRule PACKAGES_ARE_FREE_OF_CYCLES =
            slices().matching("dev.eider.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule EVERY_PACKAGE_IS_NULL_MARKED = classes().should(beInANullMarkedPackage());

    private static ArchCondition<JavaClass> beInANullMarkedPackage() {
        return new ArchCondition<>("be in a package that is @NullMarked") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                if (!item.getPackage().isAnnotatedWith(NullMarked.class)) {
                    events.add(SimpleConditionEvent.violated(item, item.getPackageName() + " is not @NullMarked"));
                }
            }
        };
    }
}
