add_library(av1encd_sanitizers INTERFACE)
if(AV1ENCD_SANITIZE)
    target_compile_options(av1encd_sanitizers INTERFACE
        -fsanitize=${AV1ENCD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(av1encd_sanitizers INTERFACE -fsanitize=${AV1ENCD_SANITIZE})
endif()
