# The Eider gateway and its command line; docs/deploy.md says how to run it.
#
#   docker build -t eider .
#   docker build -t eider --build-arg EXTENSIONS=none .
#
# EXTENSIONS        all: DuckDB's optional extensions are fetched, and must load; none: tables are read as planned
# EXTENSIONS_FROM   a URL that is laid out like DuckDB's own repository, to fetch them from
# VERSION, REVISION what the labels say
ARG MAVEN_IMAGE=maven:3-eclipse-temurin-17
ARG JRE_IMAGE=eclipse-temurin:17-jre

FROM ${MAVEN_IMAGE} AS build
WORKDIR /build
COPY . .
RUN --mount=type=cache,target=/root/.m2,sharing=locked \
    mvn -q -B -Dquick -Dmaven.test.skip=true -pl cli -am package

FROM ${JRE_IMAGE}
ARG EXTENSIONS=all
ARG EXTENSIONS_FROM=

# The number is fixed, so that a volume belongs to the same user after an upgrade.
RUN groupadd --gid 10001 eider \
    && useradd --uid 10001 --gid eider --no-create-home --home-dir /var/lib/eider --shell /usr/sbin/nologin eider \
    && mkdir -p /opt/eider/extensions /var/lib/eider /var/cache/eider \
    && chown eider:eider /var/lib/eider /var/cache/eider \
    && ln -s /opt/eider/eider /usr/local/bin/eider

# Spilled data and caches are no data: they stay out of the volume, which gateways may share.
ENV EIDER_WAREHOUSE=/var/lib/eider/warehouse \
    EIDER_ENGINE_EXTENSION_DIRECTORY=/opt/eider/extensions \
    EIDER_ENGINE_TEMP_DIRECTORY=/var/cache/eider/spill \
    EIDER_STORAGE_CACHE_DIRECTORY=/var/cache/eider/files

COPY eider LICENSE /opt/eider/
COPY --from=build /build/cli/target/lib /opt/eider/cli/target/lib
COPY --from=build /build/cli/target/eider.jar /opt/eider/cli/target/eider.jar

# The last line fails the build of an image that does not start, with extensions or without.
RUN case "$EXTENSIONS" in \
      all) eider extensions install ${EXTENSIONS_FROM:+--from "$EXTENSIONS_FROM"} ;; \
      none) ;; \
      *) echo "EXTENSIONS is all or none, not $EXTENSIONS" >&2; exit 2 ;; \
    esac \
    && eider extensions status \
    && rm -rf /tmp/hsperfdata_root

ARG VERSION=0.1.0-SNAPSHOT
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Eider" \
      org.opencontainers.image.description="A lakehouse gateway: Apache Iceberg tables over Arrow Flight and SQL" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

USER eider
WORKDIR /var/lib/eider
VOLUME /var/lib/eider
EXPOSE 8815

# Asks the gateway of this container: EIDER_URL names it if it listens elsewhere than on port 8815.
HEALTHCHECK --interval=15s --timeout=30s --start-period=60s --retries=3 CMD ["eider", "ping"]

# The launcher becomes java, which gets the signal that stops it. Without further words it listens inside the
# container only: `serve --host 0.0.0.0 --insecure` opens it to other containers and published ports.
ENTRYPOINT ["eider"]
CMD ["serve"]
