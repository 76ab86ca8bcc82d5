package dev.eider.gateway.flight;

import org.apache.arrow.flight.SessionOptionValueVisitor;

/** Reads a session option as text; an option of another type has none, and reads as empty. */
final class SessionText implements SessionOptionValueVisitor<String> {
    @Override
    public String visit(String value) {
        return value;
    }

    @Override
    public String visit(boolean value) {
        return "";
    }

    @Override
    public String visit(long value) {
        return "";
    }

    @Override
    public String visit(double value) {
        return "";
    }

    @Override
    public String visit(String[] value) {
        return "";
    }

    @Override
    public String visit(Void value) {
        return "";
    }
}
