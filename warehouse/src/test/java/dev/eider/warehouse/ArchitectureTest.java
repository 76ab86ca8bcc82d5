package dev.eider.warehouse;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.apache.iceberg.PendingUpdate;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.catalog.Catalog;

@AnalyzeClasses(packages = "dev.eider", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule ONLY_THE_ENGINE_USES_DUCKDB = noClasses()
            .that()
            .resideOutsideOfPackage("dev.eider.warehouse.engine")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.duckdb..");

    @ArchTest
    static final ArchRule WRITE_NEVER_SEES_READ = noClasses()
            .that()
            .resideInAPackage("dev.eider.warehouse.write")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.eider.warehouse.read", "dev.eider.warehouse.statement");

    @ArchTest
    static final ArchRule READ_NEVER_SEES_WRITE = noClasses()
            .that()
            .resideInAPackage("dev.eider.warehouse.read")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.eider.warehouse.write", "dev.eider.warehouse.statement");

    @ArchTest
    static final ArchRule TYPES_DEPEND_ON_NO_OTHER_PACKAGE_OF_THE_WAREHOUSE = noClasses()
            .that()
            .resideInAPackage("dev.eider.warehouse.types")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.eider.warehouse",
                    "dev.eider.warehouse.engine",
                    "dev.eider.warehouse.read",
                    "dev.eider.warehouse.statement",
                    "dev.eider.warehouse.storage",
                    "dev.eider.warehouse.write");

    @ArchTest
    static final ArchRule THE_WAREHOUSE_OPENS_NO_PORT = noClasses()
            .that()
            .resideInAPackage("dev.eider.warehouse..")
            .and()
            .resideOutsideOfPackage("dev.eider.warehouse.storage")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.grpc..", "org.apache.arrow.flight..", "dev.eider.gateway..", "java.net..");

    @ArchTest
    static final ArchRule ONLY_STORAGE_USES_THE_AWS_SDK = noClasses()
            .that()
            .resideOutsideOfPackage("dev.eider.warehouse.storage")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("software.amazon..", "org.apache.iceberg.aws..");

    @ArchTest
    static final ArchRule ONLY_THE_CATALOG_COMMITS = noClasses()
            .that()
            .resideInAPackage("dev.eider.warehouse..")
            .should()
            .callMethodWhere(commits());

    @ArchTest
    static final ArchRule PACKAGES_ARE_FREE_OF_CYCLES =
            slices().matching("dev.eider.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule EVERY_PACKAGE_IS_NULL_MARKED = classes().should(new PackageCondition());

    private static DescribedPredicate<JavaAccess<?>> commits() {
        return DescribedPredicate.describe("change a table", access -> {
            JavaClass owner = access.getTargetOwner();
            String name = access.getTarget().getName();
            return (owner.isAssignableTo(PendingUpdate.class) && name.equals("commit"))
                    || (owner.isAssignableTo(Transaction.class) && name.equals("commitTransaction"))
                    || (owner.isAssignableTo(Catalog.class)
                            && (name.equals("createTable") || name.equals("dropTable") || name.equals("renameTable")));
        });
    }
}
