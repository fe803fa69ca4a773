# baton_embed(FILE OUT HEADER NAMESPACE FUNCTION) writes a source that defines FUNCTION, which HEADER declares, to
# give the text of FILE. Raw strings of some thousand characters stand one after the other: a compiler need not take
# one of more than 65,536.
function(baton_embed file out header namespace function)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
  file(READ "${file}" text)
  string(LENGTH "${text}" length)
  set(literal "")
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${text}" ${at} 8000 piece)
    string(APPEND literal "R\"embedded(${piece})embedded\"\n")
    math(EXPR at "${at} + 8000")
  endwhile()
  file(CONFIGURE OUTPUT "${out}" @ONLY CONTENT "#include \"${header}\"
namespace ${namespace} {
std::string_view ${function}() {
  static constexpr std::string_view text = ${literal};
  return text;
}
}  // namespace ${namespace}
")
endfunction()
