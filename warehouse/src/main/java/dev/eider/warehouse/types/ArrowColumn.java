package dev.eider.warehouse.types;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.ArrowType.ExtensionType;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * What an Arrow field really holds, whichever way it is encoded: the type of a dictionary's values rather than of its
 * indices, and the storage of an extension type beside the extension's name.
 *
 * @param path the field's name, prefixed by those of its parents
 * @param field the field as it was sent
 * @param type what its values are, never an extension type
 * @param extension the extension's name, or empty
 * @param children the fields nested in {@code type}
 */
record ArrowColumn(String path, Field field, ArrowType type, String extension, List<Field> children) {
    /** The extension of 16-byte values that are UUIDs. */
    static final String UUID = "arrow.uuid";

    private static final int MAX_ARRAY = 100_000;
    private static final String EXTENSION_NAME = "ARROW:extension:name";

    /** Reads what {@code field} holds; {@code dictionaries} resolves a dictionary-encoded one. */
    static ArrowColumn of(String path, Field field, DictionaryProvider dictionaries) {
        Field values = field;
        if (field.getDictionary() != null) {
            Dictionary dictionary = dictionaries.lookup(field.getDictionary().getId());
            if (dictionary == null) {
                throw new EiderException(
                        ErrorCode.SCHEMA_MISMATCH,
                        "Column %s refers to dictionary %d, which was not sent"
                                .formatted(Sql.name(path), field.getDictionary().getId()));
            }
            values = dictionary.getVector().getField();
            if (!(field.getType() instanceof ArrowType.Int)
                    || values.getDictionary() != null
                    || !values.getChildren().isEmpty()) {
                throw new EiderException(
                        ErrorCode.UNSUPPORTED,
                        "Column %s is a dictionary of %s: send its values instead"
                                .formatted(Sql.name(path), values.getType()));
            }
        }
        Field storage = values;
        String extension = extensionOf(field).or(() -> extensionOf(storage)).orElse("");
        ArrowType type = values.getType() instanceof ExtensionType custom ? custom.storageType() : values.getType();
        return new ArrowColumn(path, field, type, extension, List.copyOf(values.getChildren()));
    }

    private static Optional<String> extensionOf(Field field) {
        if (field.getType() instanceof ExtensionType custom) {
            return Optional.of(custom.extensionName());
        }
        Map<String, String> metadata = field.getMetadata();
        return metadata == null ? Optional.empty() : Optional.ofNullable(metadata.get(EXTENSION_NAME));
    }

    /** Returns whether values arrive as indices into a dictionary. */
    boolean isDictionary() {
        return field.getDictionary() != null;
    }

    /** Returns whether these are 16-byte values that the sender calls UUIDs. */
    boolean isUuid() {
        return extension.equals(UUID)
                && type instanceof ArrowType.FixedSizeBinary binary
                && binary.getByteWidth() == 16;
    }

    /**
     * Returns whether values are lists that DuckDB reads. It reads outside its buffers when list views leave gaps, and
     * has arrays of limited size only, which must not be empty.
     */
    boolean isList() {
        boolean known = type instanceof ArrowType.List
                || type instanceof ArrowType.LargeList
                || (type instanceof ArrowType.FixedSizeList list
                        && list.getListSize() > 0
                        && list.getListSize() <= MAX_ARRAY);
        return known && children.size() == 1;
    }

    /** Returns whether values are maps. */
    boolean isMap() {
        return type instanceof ArrowType.Map
                && children.size() == 1
                && children.get(0).getChildren().size() == 2;
    }

    /** Returns the child at {@code index}, whose path continues this one by {@code name}. */
    ArrowColumn child(int index, String name, DictionaryProvider dictionaries) {
        return of(path + "." + name, children.get(index), dictionaries);
    }

    /** Returns the type for a message to people. */
    String typeText() {
        String text = extension.isEmpty() ? type.toString() : extension + " (" + type + ")";
        return isDictionary() ? "dictionary of " + text : text;
    }
}
