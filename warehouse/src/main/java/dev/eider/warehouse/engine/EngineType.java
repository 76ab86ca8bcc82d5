package dev.eider.warehouse.engine;

import java.util.List;

/** A type as the engine understands it, taken apart. Immutable. */
public sealed interface EngineType {

    /**
     * A type without elements.
     *
     * @param name the engine's own spelling in capitals: {@code BIGINT}, {@code TIMESTAMP WITH TIME ZONE}
     * @param parameters width and scale of a {@code DECIMAL}; empty for the others
     */
    record Primitive(String name, List<Integer> parameters) implements EngineType {
        /** Copies the parameters, so that nobody changes them later. */
        public Primitive {
            parameters = List.copyOf(parameters);
        }
    }

    /** A list of any length: {@code element[]}. */
    record ListOf(EngineType element) implements EngineType {}

    /** A list of one length: {@code element[size]}. */
    record FixedArray(EngineType element, int size) implements EngineType {}

    /** A record of named fields. */
    record Struct(List<Field> fields) implements EngineType {
        /** Copies the fields, so that nobody changes them later. */
        public Struct {
            fields = List.copyOf(fields);
        }
    }

    /** One field of a struct, its name unquoted. */
    record Field(String name, EngineType type) {}

    /** A map. */
    record MapOf(EngineType key, EngineType value) implements EngineType {}
}
