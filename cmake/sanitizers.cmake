add_library(av1encd_sanitizers INTERFACE)
if(AV1ENCD_SANITIZE)
    target_compile_options(av1encd_sanitizers INTERFACE
        -fsanitize=${AV1ENCD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
        # It probes memory through a pipe, and so takes every object for a wrong one in the tests
        # that leave the process no descriptor.
        -fno-sanitize=vptr)
    target_link_options(av1encd_sanitizers INTERFACE -fsanitize=${AV1ENCD_SANITIZE})
endif()
