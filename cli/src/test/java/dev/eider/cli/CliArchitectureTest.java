package dev.eider.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.eider.cli", importOptions = ImportOption.DoNotIncludeTests.class)
class CliArchitectureTest {

    @ArchTest
    static final ArchRule ONLY_LOCAL_SEES_THE_GATEWAY = noClasses()
            .that()
            .resideOutsideOfPackage("dev.eider.cli.local")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.eider.gateway..", "dev.eider.warehouse..");

    @ArchTest
    static final ArchRule ONLY_FILES_SEES_DUCKDB = noClasses()
            .that()
            .resideOutsideOfPackage("dev.eider.cli.files")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.duckdb..", "java.sql..");

    @ArchTest
    static final ArchRule ONLY_CLIENT_SEES_FLIGHT = noClasses()
            .that()
            .resideOutsideOfPackage("dev.eider.cli.client")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.arrow.flight..", "io.grpc..");

    @ArchTest
    static final ArchRule DISPLAY_STANDS_ALONE = noClasses()
            .that()
            .resideInAnyPackage("dev.eider.cli.display", "dev.eider.cli.files", "dev.eider.cli.client")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.eider.cli", "dev.eider.cli.demo", "dev.eider.cli.local");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("dev.eider.(cli..)").should().beFreeOfCycles();
}
