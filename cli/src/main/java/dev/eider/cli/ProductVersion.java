package dev.eider.cli;

import picocli.CommandLine.IVersionProvider;

/** Says which version of Eider this is. Stateless. */
final class ProductVersion implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String java = System.getProperty("java.vendor.version", System.getProperty("java.version"));
        return new String[] {"Eider " + number() + " (Java " + Runtime.version().feature() + ", " + java + ")"};
    }

    /** Returns the number that the build wrote into the jar. */
    static String number() {
        String version = ProductVersion.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
