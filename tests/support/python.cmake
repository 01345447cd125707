# zerre_python_tests(SUITE): one test for each test_*.py of the folder, named and labelled after it.
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
function(zerre_python_tests suite)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/test_*.py)
  foreach(file IN LISTS files)
    get_filename_component(name ${file} NAME_WE)
    string(REGEX REPLACE "^test_" "${suite}." test ${name})
    add_test(NAME ${test} COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tests/run.py ${suite}/${name}.py)
    set_tests_properties(${test} PROPERTIES LABELS ${suite} TIMEOUT 600
      ENVIRONMENT "ZERRE=$<TARGET_FILE:zerre>;ZERRE_SANITIZE=${ZERRE_SANITIZE};PYTHONDONTWRITEBYTECODE=1")
  endforeach()
endfunction()
