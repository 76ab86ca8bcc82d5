.DEFAULT_GOAL := help
MVN ?= mvn -B
FLIGHTS ?=
EXTENSIONS ?=
ONLY ?=
JAVA_OPTS := --add-opens=java.base/java.nio=ALL-UNNAMED
QUIET := -Dorg.slf4j.simpleLogger.defaultLogLevel=error -Dorg.slf4j.simpleLogger.log.org.apache.iceberg=error
BENCHMARK_PATH := 'benchmark/target/benchmark.jar:benchmark/target/lib/*'
MINUTES ?= 5
CASES ?= 5000
ROUNDS ?=
SEED ?=
SOAK_OPTS ?=
MODULE ?=

.PHONY: help check check-fast demo bench soak differential fuzz spark compose-check format tail clean

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

check: ## Everything that CI runs: format, static analysis, all tests
	$(MVN) verify

check-fast: ## Format and static analysis without tests, below a minute; MODULE=warehouse checks that one and what it needs
	$(MVN) -q -DskipTests $(if $(MODULE),-pl $(MODULE) -am) verify

demo: ## Start a gateway on a temporary warehouse and show what it does
	./eider demo

bench: ## Benchmarks side by side; ONLY=put,get,questions,planning,writers,one-row,long-run,point-queries,deletes,tpch,slow-client,buckets; FLIGHTS=FILE, EXTENSIONS=DIR
	$(MVN) -q -Dquick package
	java $(JAVA_OPTS) -Xmx3g -XX:MaxDirectMemorySize=3g $(QUIET) \
	  -cp $(BENCHMARK_PATH) \
	  dev.eider.benchmark.Benchmarks $(if $(FLIGHTS),--flights $(FLIGHTS)) $(if $(EXTENSIONS),--extensions $(EXTENSIONS)) $(if $(ONLY),--only $(ONLY))

soak: ## Gateways under load, kills and a full disk, then "differential"; MINUTES=5 or ROUNDS=100, SEED=N, SOAK_OPTS="--bucket ..."
	$(MVN) -q -Dquick package
	java $(JAVA_OPTS) -Xmx512m -XX:MaxDirectMemorySize=1g $(QUIET) \
	  -cp $(BENCHMARK_PATH) dev.eider.benchmark.soak.Soak --minutes $(MINUTES) \
	  $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SEED),--seed $(SEED)) $(SOAK_OPTS)
	$(MAKE) differential

differential: ## Random tables read by Eider and by Iceberg's reader; CASES=5000, SEED=N
	$(MVN) -q -Dquick -DskipTests=false -pl warehouse -am test -Dtest=DifferentialTest \
	  -Dsurefire.failIfNoSpecifiedTests=false -Deider.test.cases=$(CASES) $(if $(SEED),-Deider.test.seed=$(SEED))

fuzz: ## The lexer against DuckDB's parser, and mutated attacks against the gate, MINUTES=5 each; SEED=N
	$(MVN) -q -Dquick -DskipTests=false -pl warehouse -am test -Dtest='LexerFuzzTest,GateFuzzTest' \
	  -Dsurefire.failIfNoSpecifiedTests=false -Deider.test.fuzz.minutes=$(MINUTES) $(if $(SEED),-Deider.test.seed=$(SEED))

spark: ## Spark reads tables that Eider wrote, and compares every row; downloads Spark (300 MB) once
	$(MVN) -q -Dquick package
	directory=$$(mktemp -d) && trap "rm -rf $$directory" EXIT && \
	java $(JAVA_OPTS) -Xmx1g $(QUIET) -cp $(BENCHMARK_PATH) dev.eider.benchmark.TablesForSpark $$directory examples && \
	$(MVN) -q -f warehouse/src/test/fixtures/spark/pom.xml compile exec:exec -Dprogram="dev.eider.fixtures.EiderTables $$directory"

compose-check: ## Check the syntax of the compose files, where Docker is installed
	docker compose --profile load config -q
	docker compose -f docker-compose.yml -f docker-compose.host.yml --profile load config -q

format: ## Format every source file
	$(MVN) -q spotless:apply

tail: ## The longest files: split the first before adding to it
	@find . -name '*.java' -not -path '*/target/*' | xargs wc -l | grep -v ' total$$' | sort -rn | head -10

clean: ## Remove everything that was built
	$(MVN) -q clean
