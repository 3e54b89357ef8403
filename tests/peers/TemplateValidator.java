import com.pixelmed.validate.DicomSRValidator;

/** Validates many reports in one process: PixelMed's own program takes one, and compiles its rules for seconds each time. */
class TemplateValidator {
    private static final boolean DESCRIBE = false;
    private static final boolean MATCH_CASE_OF_MEANING = true;
    private static final boolean CHECK_AMBIGUOUS_TEMPLATE = false;
    private static final boolean CHECK_ORDER = true;
    private static final boolean CHECK_TEMPLATE_ID = true;

    public static void main(String[] paths) throws Exception {
        DicomSRValidator validator = new DicomSRValidator();
        for (String path : paths) {
            System.out.println("File: " + path);
            System.out.println(validator.validate(
                path, DESCRIBE, MATCH_CASE_OF_MEANING, CHECK_AMBIGUOUS_TEMPLATE, CHECK_ORDER, CHECK_TEMPLATE_ID));
        }
    }
}
