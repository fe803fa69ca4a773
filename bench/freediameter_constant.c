/* freediameter_constant.c: an extension for freeDiameterd that answers every Authentication-Information-Request of S6a with the same
 * vector: no subscriber is looked up, nothing is computed, nothing is written. What is left is Diameter itself, to compare with.
 *
 * cc -O2 -fPIC -shared -o constant.fdx freediameter_constant.c -lfdcore -lfdproto      (libfreediameter-dev; bench/hss.py does so)
 */
#include <freeDiameter/extension.h>

#define VENDOR_3GPP 10415
#define S6A 16777251

static struct dict_object *application, *request, *info, *vector, *rand_avp, *xres, *autn, *kasme;

static int new_avp(uint32_t code, char *name, enum dict_avp_basetype type, struct dict_object **out) {
  struct dict_avp_data data = {code, VENDOR_3GPP, name, AVP_FLAG_VENDOR | AVP_FLAG_MANDATORY, AVP_FLAG_VENDOR | AVP_FLAG_MANDATORY, type};
  return fd_dict_new(fd_g_config->cnf_dict, DICT_AVP, &data, NULL, out);
}

static int new_command(uint32_t code, char *name, uint8_t request_flag, struct dict_object **out) {
  struct dict_cmd_data data = {code, name, CMD_FLAG_REQUEST | CMD_FLAG_PROXIABLE, request_flag | CMD_FLAG_PROXIABLE};
  return fd_dict_new(fd_g_config->cnf_dict, DICT_COMMAND, &data, application, out);
}

static int dictionary(void) {
  struct dict_vendor_data vendor = {VENDOR_3GPP, "3GPP"};
  struct dict_application_data s6a = {S6A, "S6a"};
  struct dict_object *vendor_object = NULL, *answer, *unused;
  uint32_t id = VENDOR_3GPP;
  if (fd_dict_search(fd_g_config->cnf_dict, DICT_VENDOR, VENDOR_BY_ID, &id, &vendor_object, ENOENT) != 0)
    CHECK_FCT(fd_dict_new(fd_g_config->cnf_dict, DICT_VENDOR, &vendor, NULL, &vendor_object));
  CHECK_FCT(fd_dict_new(fd_g_config->cnf_dict, DICT_APPLICATION, &s6a, vendor_object, &application));
  CHECK_FCT(new_command(318, "Authentication-Information-Request", CMD_FLAG_REQUEST, &request));
  CHECK_FCT(new_command(318, "Authentication-Information-Answer", 0, &answer));
  /* What a request brings with the M bit has to be known too. */
  CHECK_FCT(new_avp(1407, "Visited-PLMN-Id", AVP_TYPE_OCTETSTRING, &unused));
  CHECK_FCT(new_avp(1408, "Requested-EUTRAN-Authentication-Info", AVP_TYPE_GROUPED, &unused));
  CHECK_FCT(new_avp(1410, "Number-Of-Requested-Vectors", AVP_TYPE_UNSIGNED32, &unused));
  CHECK_FCT(new_avp(1412, "Immediate-Response-Preferred", AVP_TYPE_UNSIGNED32, &unused));
  CHECK_FCT(new_avp(1413, "Authentication-Info", AVP_TYPE_GROUPED, &info));
  CHECK_FCT(new_avp(1414, "E-UTRAN-Vector", AVP_TYPE_GROUPED, &vector));
  CHECK_FCT(new_avp(1447, "RAND", AVP_TYPE_OCTETSTRING, &rand_avp));
  CHECK_FCT(new_avp(1448, "XRES", AVP_TYPE_OCTETSTRING, &xres));
  CHECK_FCT(new_avp(1449, "AUTN", AVP_TYPE_OCTETSTRING, &autn));
  CHECK_FCT(new_avp(1450, "KASME", AVP_TYPE_OCTETSTRING, &kasme));
  return 0;
}

static int add(msg_or_avp *parent, struct dict_object *what, size_t octets) {
  static uint8_t constant[32] = {0x23, 0x55, 0x3c, 0xbe, 0x96, 0x37, 0xa8, 0x9d};
  static uint8_t counter;
  struct avp *avp;
  union avp_value value;
  /* The first octet counts: a client that looks for repeated challenges finds none. */
  if (what == rand_avp) constant[7] = ++counter;
  value.os.data = constant;
  value.os.len = octets;
  CHECK_FCT(fd_msg_avp_new(what, 0, &avp));
  CHECK_FCT(fd_msg_avp_setvalue(avp, &value));
  return fd_msg_avp_add(parent, MSG_BRW_LAST_CHILD, avp);
}

static int answer_constant(struct msg **message, struct avp *avp, struct session *session, void *data, enum disp_action *action) {
  struct avp *outer, *inner;
  (void)avp;
  (void)session;
  (void)data;
  *action = DISP_ACT_SEND;
  CHECK_FCT(fd_msg_new_answer_from_req(fd_g_config->cnf_dict, message, 0));
  CHECK_FCT(fd_msg_rescode_set(*message, "DIAMETER_SUCCESS", NULL, NULL, 1));
  CHECK_FCT(fd_msg_avp_new(info, 0, &outer));
  CHECK_FCT(fd_msg_avp_new(vector, 0, &inner));
  CHECK_FCT(add(inner, rand_avp, 16));
  CHECK_FCT(add(inner, xres, 8));
  CHECK_FCT(add(inner, autn, 16));
  CHECK_FCT(add(inner, kasme, 32));
  CHECK_FCT(fd_msg_avp_add(outer, MSG_BRW_LAST_CHILD, inner));
  return fd_msg_avp_add(*message, MSG_BRW_LAST_CHILD, outer);
}

static int entry(char *configuration) {
  static struct disp_hdl *handle;
  struct disp_when when = {0};
  (void)configuration;
  CHECK_FCT(dictionary());
  when.app = application;
  when.command = request;
  CHECK_FCT(fd_disp_app_support(application, NULL, 1, 0));
  return fd_disp_register(answer_constant, DISP_HOW_CC, &when, NULL, &handle);
}

void fd_ext_fini(void) {}
EXTENSION_ENTRY("constant", entry);
