// The page of the HTML report, before its data is put into it: report/page, put together by the build.
#pragma once

namespace polyhost::report {

extern const char* const page;  // has @DATA@ where the JSON goes

}  // namespace polyhost::report
